#![no_main]

candour_fuzz::fuzz!(witness);
