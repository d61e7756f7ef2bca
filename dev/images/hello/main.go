// hello is what the demo attaches to: a service in an image that has nothing beside it.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	name, _ := os.Hostname()
	fmt.Printf("hello from %s, uid %d\n", name, os.Getuid())
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from %s to %s\n", name, r.RemoteAddr)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
