package pinyin

// wordTable holds words whose characters read otherwise than their commonest
// reading, or would be cut wrongly by a shorter entry.
const wordTable = `
重庆=chong'qing 厦门=xia'men 大厦=da'sha 长沙=chang'sha 长春=chang'chun 长安=chang'an 长治=chang'zhi 长城=chang'cheng
长江=chang'jiang 长虹=chang'hong 长兴=chang'xing 长丰=chang'feng 长宁=chang'ning 长乐=chang'le 长垣=chang'yuan 长期=chang'qi 长三角=chang'san'jiao
六安=lu'an 六合=lu'he 蚌埠=beng'bu 亳州=bo'zhou 涡阳=guo'yang 铅山=yan'shan 台州=tai'zhou 天台=tian'tai 丽水=li'shui 乐清=yue'qing 乐亭=lao'ting
番禺=pan'yu 东莞=dong'guan 莘县=shen'xian 莘庄=xin'zhuang 单县=shan'xian 朝阳=chao'yang 朝鲜=chao'xian 尉犁=yu'li 浚县=xun'xian 洪洞=hong'tong
牟平=mu'ping 中牟=zhong'mu 会稽=kuai'ji 会计=kuai'ji 大埔=da'bu 黄埔=huang'pu 柞水=zha'shui 歙县=she'xian 黟县=yi'xian 燕郊=yan'jiao 燕山=yan'shan
西藏=xi'zang 宝藏=bao'zang 繁峙=fan'shi 曲阜=qu'fu 曲靖=qu'jing 珲春=hun'chun 桦甸=hua'dian 阿坝=a'ba 勐海=meng'hai 筠连=jun'lian 犍为=qian'wei
荥阳=xing'yang 荥经=ying'jing 邛崃=qiong'lai 郫都=pi'du 什邡=shi'fang 枞阳=zong'yang 泌阳=bi'yang 渑池=mian'chi 中卫=zhong'wei 会宁=hui'ning
行业=hang'ye 银行=yin'hang 分行=fen'hang 支行=zhi'hang 总行=zong'hang 工行=gong'hang 建行=jian'hang 招行=zhao'hang 农行=nong'hang 中行=zhong'hang
交行=jiao'hang 央行=yang'hang 商行=shang'hang 行情=hang'qing 行长=hang'zhang 行家=hang'jia 洋行=yang'hang 车行=che'hang 行政=xing'zheng
成长=cheng'zhang 增长=zeng'zhang 校长=xiao'zhang 院长=yuan'zhang 部长=bu'zhang 董事长=dong'shi'zhang 会长=hui'zhang 局长=ju'zhang 组长=zu'zhang
店长=dian'zhang 厂长=chang'zhang 处长=chu'zhang 科长=ke'zhang 市长=shi'zhang 家长=jia'zhang 队长=dui'zhang
重工=zhong'gong 重点=zhong'dian 重要=zhong'yao 重汽=zhong'qi 重型=zhong'xing 重新=chong'xin 重复=chong'fu 重组=chong'zu
音乐=yin'yue 乐器=yue'qi 乐团=yue'tuan 声乐=sheng'yue 快乐=kuai'le 乐园=le'yuan 乐视=le'shi 调查=diao'cha 调研=diao'yan 调度=diao'du 空调=kong'tiao
人参=ren'shen 海参=hai'shen 系统=xi'tong 角色=jue'se 主角=zhu'jue 都市=du'shi 首都=shou'du 成都=cheng'du 便宜=pian'yi 方便=fang'bian 还款=huan'kuan
传记=zhuan'ji 传媒=chuan'mei 曾经=ceng'jing 单位=dan'wei 区域=qu'yu 解决=jie'jue 解放=jie'fang 仇恨=chou'hen 数据=shu'ju 反馈=fan'kui
石油=shi'you 给水=ji'shui 供给=gong'ji 率先=shuai'xian 效率=xiao'lv 胜率=sheng'lv 称重=cheng'zhong 对称=dui'chen 降低=jiang'di 投降=tou'xiang
差旅=chai'lv 出差=chu'chai 创新=chuang'xin 相册=xiang'ce 相机=xiang'ji 丞相=cheng'xiang 尽职=jin'zhi 尽快=jin'kuai 强大=qiang'da 教育=jiao'yu 教书=jiao'shu
折扣=zhe'kou 处理=chu'li 到处=dao'chu 中国=zhong'guo 中奖=zhong'jiang 兴业=xing'ye 复兴=fu'xing 高兴=gao'xing 模具=mu'ju 模型=mo'xing 供应=gong'ying
应用=ying'yong 响应=xiang'ying 适应=shi'ying 血液=xue'ye 薄膜=bo'mo 宿迁=su'qian 星宿=xing'xiu 削减=xue'jian 尾矿=wei'kuang 露天=lu'tian 屏幕=ping'mu
甘肃=gan'su 陕西=shan'xi 内蒙古=nei'meng'gu 呼和浩特=hu'he'hao'te 乌鲁木齐=wu'lu'mu'qi 巴音郭楞=ba'yin'guo'leng 伽师=jia'shi 台湾=tai'wan 澳门=ao'men
阿里=a'li 阿里巴巴=a'li'ba'ba 阿联酋=a'lian'qiu 华为=hua'wei 大同=da'tong 大夫=dai'fu 大连=da'lian 万科=wan'ke 会员=hui'yuan`

// surnameTable holds surnames that read otherwise than the character commonly
// does.
const surnameTable = `
单=shan 仇=qiu 解=xie 曾=zeng 区=ou 查=zha 任=ren 朴=piao 盖=ge 乐=yue 华=hua 翟=zhai 缪=miao 宁=ning 覃=qin 冼=xian 召=shao 种=chong 黑=he
折=she 那=na 员=yun 宓=mi 逄=pang 柏=bai 卜=bu 秘=bi 洗=xian 重=chong 句=gou 祭=zhai 郗=xi 燕=yan 应=ying 纪=ji 车=che 贾=jia 沈=shen 石=shi
莘=shen 葛=ge 隗=wei 尉=wei 齐=qi 俞=yu 长=chang 于=yu 哈=ha 过=guo 佴=nai 牟=mu 訾=zi 钭=tou 眭=sui 逯=lu 缴=jiao 晁=chao 谌=chen 厍=she 撒=sa
幺=yao 干=gan 令=ling 阚=kan 瞿=qu 郇=xun 璩=qu 褚=chu 能=nai 殷=yin 洪=hong 芮=rui 臧=zang 尹=yin 行=xing 相=xiang 强=qiang 盛=sheng 都=du 教=jiao
尉迟=yu'chi 万俟=mo'qi 长孙=zhang'sun 令狐=ling'hu 澹台=tan'tai 鲜于=xian'yu 单于=chan'yu 皇甫=huang'fu 宇文=yu'wen 呼延=hu'yan 欧阳=ou'yang 夏侯=xia'hou
诸葛=zhu'ge 上官=shang'guan 司马=si'ma 东方=dong'fang 慕容=mu'rong 公孙=gong'sun 独孤=du'gu 南宫=nan'gong 西门=xi'men 端木=duan'mu 百里=bai'li 司徒=si'tu 司空=si'kong`
