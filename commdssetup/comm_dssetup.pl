#!/usr/bin/perl
# The command of the upgrade guide, `perl comm_dssetup.pl`: hands everything over to commdssetup. The program is looked for beside
# this file, in the build directory of a checkout, and in PATH.
use strict;
use warnings;
use Cwd qw(abs_path);
use FindBin;

my $here = $FindBin::RealBin;
my @places = ($here);
my $advice = 'Install the program in a directory of PATH, or beside this script.';
if (-f "$here/Cargo.toml") {
    my $top = abs_path("$here/..");
    my $build = $ENV{CARGO_TARGET_DIR} || "$top/target";
    push @places, "$build/release", "$build/debug";
    $advice = "Build it first: cd $top && cargo build --release --package commdssetup";
}
push @places, grep { m{^/} } split /:/, $ENV{PATH} || '';

my ($program) = grep { -f && -x } map { "$_/commdssetup" } @places;
if (!defined $program) {
    print STDERR "comm_dssetup.pl: the program commdssetup was not found.\n  $advice\n  Nothing was changed in the directory.\n";
    exit 1;
}
# The form with a block never goes through a shell.
exec { $program } 'commdssetup', @ARGV or do {
    print STDERR "comm_dssetup.pl: $program cannot be started: $!\n  Nothing was changed in the directory.\n";
    exit 1;
};
