// Package templates holds the shipped definitions as YAML. They are loaded by the ordinary publish; nothing about them is special.
package templates

import "embed"

// FS holds one folder a template: platform (people and the org tree, always there) and sales.
//
//go:embed all:platform all:sales
var FS embed.FS
