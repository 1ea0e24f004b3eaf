//go:build !minor25

package main

import (
	"context"
	"log"
	"reflect"

	"k8s.io/apiserver/pkg/server/options/encryptionconfig"
)

// loadEncryption loads an EncryptionConfiguration as kube-apiserver does when it starts. What else the
// function is given differs from release to release.
func loadEncryption(text string) error {
	return withFile(text, func(path string) error {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		load := reflect.ValueOf(encryptionconfig.LoadEncryptionConfig)
		var given []reflect.Value
		isPathGiven := false
		for i := range load.Type().NumIn() {
			in := load.Type().In(i)
			switch {
			case in == reflect.TypeFor[context.Context]():
				given = append(given, reflect.ValueOf(ctx))
			case in == reflect.TypeFor[<-chan struct{}]():
				given = append(given, reflect.ValueOf(ctx.Done()))
			case in.Kind() == reflect.String && !isPathGiven:
				given, isPathGiven = append(given, reflect.ValueOf(path)), true
			case in.Kind() == reflect.String, in.Kind() == reflect.Bool:
				given = append(given, reflect.Zero(in))
			default:
				log.Fatalf("LoadEncryptionConfig takes a %v", in)
			}
		}
		got := load.Call(given)
		err, _ := got[len(got)-1].Interface().(error)
		return err
	})
}
