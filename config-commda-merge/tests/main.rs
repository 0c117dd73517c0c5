//! Behaviour of the program, each test on a site of its own below a temporary root.
