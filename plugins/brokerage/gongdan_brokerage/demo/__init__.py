"""诚信经纪: a broker that settles with its agents every month."""

from gongdan.api import Demo

DEMO = Demo(code="chengxin", company="诚信经纪", people=(), fill="gongdan_brokerage.demo.filling:fill")
