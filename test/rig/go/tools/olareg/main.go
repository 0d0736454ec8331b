// The registry olareg as it is, on a port of its own choice. Of referrers it gives about twenty a page.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"
)

func main() {
	deletes := flag.Bool("delete", true, "delete what is asked to be deleted")
	users := flag.String("users", "", "file of users and of what each may; open to everybody without")
	flag.Parse()
	sparse := true
	settings := config.Config{
		Storage: config.ConfigStorage{StoreType: config.StoreMem},
		API: config.ConfigAPI{
			DeleteEnabled: deletes,
			Manifest:      config.ConfigAPIManifest{SparseIndex: &sparse},
			Referrer:      config.ConfigAPIReferrer{Limit: 8 * 1024},
		},
	}
	if *users != "" {
		settings.Auth = config.NewAuthBasicFile(*users, config.WithAuthRealm("olareg"))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("serving on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, olareg.New(settings)))
}
