module cntr.dev/runc-avail

go 1.24
