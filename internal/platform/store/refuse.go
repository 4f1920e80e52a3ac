package store

import "context"

type refuseKey struct{}

// Refuse gives a context under which every write is refused with err: for whoever only looks, whatever asks for the write.
func Refuse(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, refuseKey{}, err)
}

func refused(ctx context.Context) error {
	err, _ := ctx.Value(refuseKey{}).(error)
	return err
}
