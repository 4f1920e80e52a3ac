package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
)

var errBroken = errors.New("file: not a whole picture")

// clean takes out of a picture what it tells besides itself: where and with what it was taken, who edited it, and anything appended behind
// it. How it is to be turned, and its colours, stay. Other media types are given back as they are.
func clean(mime string, b []byte) ([]byte, error) {
	switch mime {
	case "image/jpeg":
		return cleanJPEG(b)
	case "image/png":
		return cleanPNG(b)
	case "image/webp":
		return cleanWebP(b)
	}
	return b, nil
}

// cleanJPEG keeps the segments that make the picture: JFIF, ICC and Adobe's colour transform among the application segments, no comment.
func cleanJPEG(b []byte) ([]byte, error) {
	if len(b) < 4 || b[0] != 0xFF || b[1] != 0xD8 {
		return nil, errBroken
	}
	out := bytes.NewBuffer(make([]byte, 0, len(b)))
	out.Write(b[:2])
	if o := orientation(b); o > 1 {
		out.Write(turned(o))
	}
	for at := 2; at+2 <= len(b); {
		if b[at] != 0xFF {
			return nil, errBroken
		}
		m := b[at+1]
		switch {
		case m == 0xFF: // fill
			at++
			continue
		case m == 0xD9:
			out.Write(b[at : at+2])
			return out.Bytes(), nil
		case m >= 0xD0 && m <= 0xD7 || m == 0x01:
			out.Write(b[at : at+2])
			at += 2
			continue
		}
		if at+4 > len(b) {
			return nil, errBroken
		}
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || at+2+n > len(b) {
			return nil, errBroken
		}
		body := b[at+4 : at+2+n]
		drop := m == 0xFE || m >= 0xE0 && m <= 0xEF &&
			!(m == 0xE0 && bytes.HasPrefix(body, []byte("JFIF\x00")) || m == 0xE2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")) || m == 0xEE && bytes.HasPrefix(body, []byte("Adobe")))
		if !drop {
			out.Write(b[at : at+2+n])
		}
		at += 2 + n
		if m != 0xDA {
			continue
		}
		from := at // the picture's data run to the next marker that is neither stuffing nor a restart
		for at+1 < len(b) && (b[at] != 0xFF || b[at+1] == 0 || b[at+1] >= 0xD0 && b[at+1] <= 0xD7) {
			at++
		}
		if at+1 >= len(b) { // cut off: what there is of it is shown by browsers
			out.Write(b[from:])
			out.Write([]byte{0xFF, 0xD9})
			return out.Bytes(), nil
		}
		out.Write(b[from:at])
	}
	return nil, errBroken
}

// turned is an Exif segment that says nothing but the orientation.
func turned(o int) []byte {
	return []byte{0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(o), 0, 0, 0, 0, 0, 0}
}

// orientation reads a JPEG's Exif orientation, 1 (upright) where it has none or it cannot be read.
func orientation(b []byte) int {
	for at := 2; at+4 <= len(b) && b[at] == 0xFF && b[at+1] != 0xDA; {
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || at+2+n > len(b) {
			return 1
		}
		if body := b[at+4 : at+2+n]; b[at+1] == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return exifOrientation(body[6:])
		}
		at += 2 + n
	}
	return 1
}

func exifOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if t[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(t[4:]))
	if at+2 > int64(len(t)) {
		return 1
	}
	for n := order.Uint16(t[at:]); n > 0; n-- {
		entry := at + 2 + int64(n-1)*12
		if entry+12 > int64(len(t)) {
			continue
		}
		if e := t[entry:]; order.Uint16(e) == 0x0112 {
			if o := int(order.Uint16(e[8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}

// pngChunks are those that make the picture or its colours or its movement.
var pngChunks = []string{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "hIST", "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT"}

func cleanPNG(b []byte) ([]byte, error) {
	const head = "\x89PNG\r\n\x1a\n"
	if !bytes.HasPrefix(b, []byte(head)) {
		return nil, errBroken
	}
	out := bytes.NewBuffer(make([]byte, 0, len(b)))
	out.WriteString(head)
	for at := len(head); at+12 <= len(b); {
		n := int64(binary.BigEndian.Uint32(b[at:]))
		end := int64(at) + 12 + n
		if end > int64(len(b)) || crc32.ChecksumIEEE(b[at+4:end-4]) != binary.BigEndian.Uint32(b[end-4:]) {
			return nil, errBroken
		}
		name := string(b[at+4 : at+8])
		if slices.Contains(pngChunks, name) {
			out.Write(b[at:end])
		}
		if name == "IEND" {
			return out.Bytes(), nil
		}
		at = int(end)
	}
	return nil, errBroken
}

func cleanWebP(b []byte) ([]byte, error) {
	if len(b) < 20 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return nil, errBroken
	}
	out := append(make([]byte, 0, len(b)), b[:12]...)
	stop := min(int64(len(b)), int64(binary.LittleEndian.Uint32(b[4:]))+8)
	for at := int64(12); at+8 <= stop; {
		n := int64(binary.LittleEndian.Uint32(b[at+4:]))
		end := at + 8 + n + n%2
		if at+8+n > stop {
			return nil, errBroken
		}
		if name := string(b[at : at+4]); name != "EXIF" && name != "XMP " && (name == "VP8 " || name == "VP8L" || name == "VP8X" || name == "ALPH" || name == "ANIM" || name == "ANMF" || name == "ICCP") {
			from := len(out)
			out = append(out, b[at:min(end, stop)]...)
			if name == "VP8X" && n >= 1 {
				out[from+8] &^= 0x08 | 0x04 // no Exif, no XMP
			}
		}
		at = end
	}
	if len(out)%2 == 1 {
		out = append(out, 0)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}
