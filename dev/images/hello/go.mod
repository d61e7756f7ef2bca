module cntr.dev/hello

go 1.24
