#![no_main]

candour_fuzz::fuzz!(row_proof);
