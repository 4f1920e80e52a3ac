package file

import (
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// sorts are the media types of each sort of file; what ends with / is a whole family.
var sorts = map[string]string{
	"image/jpeg": "image", "image/png": "image", "image/gif": "image", "image/webp": "image",
	"application/pdf":    "pdf",
	"application/msword": "word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word", "application/rtf": "word", "text/rtf": "word", "application/vnd.oasis.opendocument.text": "word",
	"application/vnd.ms-excel": "sheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheet", "text/csv": "sheet", "application/vnd.oasis.opendocument.spreadsheet": "sheet",
	"application/vnd.ms-powerpoint": "slides", "application/vnd.openxmlformats-officedocument.presentationml.presentation": "slides", "application/vnd.oasis.opendocument.presentation": "slides",
	"text/plain": "text", "application/json": "text",
	"application/zip": "archive", "application/x-7z-compressed": "archive", "application/x-rar-compressed": "archive", "application/gzip": "archive", "application/x-tar": "archive",
	"audio/": "audio", "video/": "video",
}

// SortOf gives the sort of a media type, "" for none of ours.
func SortOf(mime string) string {
	mime, _, _ = strings.Cut(mime, ";")
	if s := sorts[mime]; s != "" {
		return s
	}
	family, _, _ := strings.Cut(mime, "/")
	return sorts[family+"/"]
}

// pictures are shown and thumbnailed; inline says what browsers may show by themselves. HTML and SVG are none of these.
func picture(mime string) bool { return SortOf(mime) == "image" }

func inline(mime string) bool { return picture(mime) || mime == "application/pdf" }

// typeOf tells a file's media type by its content; its name says nothing.
func typeOf(path string) (string, error) {
	m, err := mimetype.DetectFile(path)
	if err != nil {
		return "", err
	}
	t, _, _ := strings.Cut(m.String(), ";")
	return t, nil
}
