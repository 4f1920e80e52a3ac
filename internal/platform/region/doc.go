// Package region is the tree of places: countries, country groups such as 中东,
// and China's provinces, cities and districts.
//
// A Code is a path: "cn", "cn.33" (浙江), "cn.33.3301" (杭州),
// "cn.33.3301.330106" (西湖区), "ae"; groups are "g.middle_east". China's numbers
// are the statistics bureau's of 2023. Hong Kong (81), Macau (82) and Taiwan
// (71) have no numbers below the first level there; theirs here are this
// table's own. The package knows no field and no record.
package region
