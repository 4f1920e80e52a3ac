package file

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif" // decoders of what may be shown
	"image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// The bounds of pictures: how many dots one may have that is decoded here, and the longer side of a thumbnail.
const (
	mostDots  = 50_000_000
	thumbSide = 320
)

// dots gives a picture's size without decoding it.
func dots(b []byte) (w, h int, err error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	return c.Width, c.Height, err
}

func tooManyDots(w, h int) bool { return w <= 0 || h <= 0 || int64(w)*int64(h) > mostDots }

// thumbnail makes a small JPEG of a picture, upright, on white where it is see-through. It holds nothing but the picture. What is too large
// to be decoded is told before it is.
func thumbnail(b []byte) ([]byte, error) {
	w, h, err := dots(b)
	if err != nil {
		return nil, err
	}
	if tooManyDots(w, h) {
		return nil, errBroken
	}
	src, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	r := src.Bounds()
	w, h = r.Dx(), r.Dy()
	if long := max(w, h); long > thumbSide {
		w, h = max(1, w*thumbSide/long), max(1, h*thumbSide/long)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), src, r, draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turn(small, orientation(b)), &jpeg.Options{Quality: 82}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// turn gives a picture as its Exif orientation means it to be seen.
func turn(in *image.RGBA, o int) image.Image {
	if o < 2 || o > 8 {
		return in
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	if o >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			out.SetRGBA(x, y, in.RGBAAt(sx, sy))
		}
	}
	return out
}
