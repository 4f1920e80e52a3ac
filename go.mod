module baton

go 1.26.0
