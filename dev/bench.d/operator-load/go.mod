module cntr.dev/bench/operator-load

go 1.25
