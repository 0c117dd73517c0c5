#!/usr/bin/perl
# The command of the upgrade guide, `perl comm_dssetup.pl`: hands everything over to commdssetup, which is looked for beside
# this file and then in PATH.
use strict;
use warnings;
use FindBin;

my $beside = "$FindBin::RealBin/commdssetup";
my $program = -x $beside ? $beside : 'commdssetup';
# The form with a block never goes through a shell.
exec { $program } 'commdssetup', @ARGV or do {
    print STDERR "comm_dssetup.pl: $program cannot be started: $!\n  Nothing was changed in the directory.\n";
    exit 1;
};
