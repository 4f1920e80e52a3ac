// Package demo makes the demo company: units, people and half a year of work, from a fixed seed and relative to an anchor day, so that every
// figure is the same for any anchor. It writes through the Writer like everybody, with past times and without countdowns.
package demo

import (
	"fmt"
	"strings"
)

// Password of all demo people.
const Password = "baton-demo"

type unit struct {
	id, name, parent, kind, manager string
	provinces                       []string
}

type person struct {
	id, name, username, unit, role, rank string
	lines                                []string
	industries                           []string // those the rep is good at
	skill                                float64  // win rate in them
	tempo                                float64  // how long quotes lie, 1 = as the team
	weight                               int
	onLeave                              bool
}

// The sales regions by province codes; what no region names goes to 华北, as the house says.
var east = []string{"cn.31", "cn.32", "cn.33", "cn.34", "cn.35", "cn.36", "cn.37"}
var south = []string{"cn.44", "cn.45", "cn.46"}
var north = []string{"cn.11", "cn.12", "cn.13", "cn.14", "cn.15", "cn.21", "cn.22", "cn.23", "cn.41", "cn.42", "cn.43", "cn.50", "cn.51", "cn.52", "cn.53", "cn.54", "cn.61", "cn.62", "cn.63", "cn.64", "cn.65"}

func units() []unit {
	return []unit{
		{id: "east", name: "华东", parent: "root", kind: "region", provinces: east, manager: "p-gu"},
		{id: "south", name: "华南", parent: "root", kind: "region", provinces: south, manager: "p-liang"},
		{id: "north", name: "华北", parent: "root", kind: "region", provinces: north, manager: "p-han"},
		{id: "east1", name: "华东一组", parent: "east", kind: "team", manager: "p-zhouming"},
		{id: "east2", name: "华东二组", parent: "east", kind: "team", manager: "p-xuhui"},
		{id: "east3", name: "华东三组", parent: "east", kind: "team", manager: "p-shenyu"},
		{id: "south1", name: "华南一组", parent: "south", kind: "team", manager: "p-huangjie"},
		{id: "south2", name: "华南二组", parent: "south", kind: "team", manager: "p-luoyang"},
		{id: "north1", name: "华北一组", parent: "north", kind: "team", manager: "p-wangqiang"},
		{id: "north2", name: "华北二组", parent: "north", kind: "team", manager: "p-liujing"},
		{id: "market", name: "市场部", parent: "root", kind: "department", manager: "p-fangyuan"},
		{id: "finance", name: "财务部", parent: "root", kind: "department", manager: "p-tangwen"},
	}
}

// repNames are the forty reps in order of their teams: six, six, six, six, five, six, five.
var repNames = strings.Fields("林晓 linxiao 吴涛 wutao 赵倩 zhaoqian 钱峰 qianfeng 孙悦 sunyue 何芳 hefang " +
	"陆伟 luwei 唐敏 tangmin 顾佳 gujia 蒋磊 jianglei 沈洁 shenjie 范宇 fanyu " +
	"曹阳 caoyang 彭丽 pengli 袁浩 yuanhao 董琳 donglin 邓超 dengchao 苏婷 suting " +
	"梁晨 liangchen 钟琪 zhongqi 谢鹏 xiepeng 冯雪 fengxue 邱凯 qiukai 叶青 yeqing " +
	"蔡明 caiming 潘婷 panting 郑浩 zhenghao 许诺 xunuo 曾毅 zengyi " +
	"李娜 lina 张伟 zhangwei 王芳 wangfang 刘洋 liuyang 杨帆 yangfan 高翔 gaoxiang " +
	"马丽 mali 宋杰 songjie 石磊 shilei 崔颖 cuiying 贾鹏 jiapeng")

var teams = []string{"east1", "east2", "east3", "south1", "south2", "north1", "north2"}
var teamSizes = []int{6, 6, 6, 6, 5, 6, 5}
var ranks = []string{"高级", "中级", "资深", "高级", "初级", "中级"}
var lineOf = map[string]string{"教育": "云课堂", "医疗": "设备维保", "制造": "智造平台", "金融": "数据中台", "零售": "数据中台", "政务": "数据中台"}

func people() []person {
	out := []person{
		{id: "p-chen", name: "陈立", username: "chenli", unit: "root", role: "director"},
		{id: "p-gu", name: "顾海", username: "guhai", unit: "east", role: "director"},
		{id: "p-liang", name: "梁博", username: "liangbo", unit: "south", role: "director"},
		{id: "p-han", name: "韩冬", username: "handong", unit: "north", role: "director"},
		{id: "p-zhouming", name: "周明", username: "zhouming", unit: "east1", role: "lead"},
		{id: "p-xuhui", name: "徐辉", username: "xuhui", unit: "east2", role: "lead"},
		{id: "p-shenyu", name: "沈瑜", username: "shenyu", unit: "east3", role: "lead"},
		{id: "p-huangjie", name: "黄杰", username: "huangjie", unit: "south1", role: "lead"},
		{id: "p-luoyang", name: "罗阳", username: "luoyang", unit: "south2", role: "lead"},
		{id: "p-wangqiang", name: "王强", username: "wangqiang", unit: "north1", role: "lead"},
		{id: "p-liujing", name: "刘静", username: "liujing", unit: "north2", role: "lead"},
		{id: "p-fangyuan", name: "方圆", username: "fangyuan", unit: "market", role: "marketing"},
		{id: "p-qinlan", name: "秦岚", username: "qinlan", unit: "market", role: "marketing"},
		{id: "p-tangwen", name: "唐文", username: "tangwen", unit: "finance", role: "finance"},
	}
	tempos := []float64{0.55, 0.9, 1.0, 0.8, 1.2, 1.9}
	// Skill steps, so that some reps are above 65 % in their industry and some below, in every region.
	skills := []float64{0.80, 0.72, 0.60, 0.76, 0.45, 0.68}
	main := []string{"教育", "医疗", "教育", "制造", "教育", "医疗"}
	second := []string{"政务", "教育", "制造", "金融", "零售", "制造"}
	i := 0
	for t, team := range teams {
		for k := range teamSizes[t] {
			name, login := repNames[2*i], repNames[2*i+1]
			p := person{id: fmt.Sprintf("p-%s", login), name: name, username: login, unit: team, role: "rep", rank: ranks[(k+t)%6], industries: []string{main[k], second[k]}, skill: skills[(k+t)%6], tempo: tempos[(k+5*t)%6], weight: 1 + (k+t)%3}
			p.lines = []string{lineOf[main[k]]}
			if l := lineOf[second[k]]; l != p.lines[0] {
				p.lines = append(p.lines, l)
			}
			p.onLeave = i == 9 || i == 26
			out = append(out, p)
			i++
		}
	}
	return out
}

// Tour lists the people a visitor is shown, one for each role.
var Tour = []string{"chenli", "zhouming", "linxiao", "hefang", "fangyuan", "tangwen"}
