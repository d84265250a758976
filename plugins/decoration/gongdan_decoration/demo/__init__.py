"""美家装饰: a decoration company with sites all over the town."""

from gongdan.api import Demo

DEMO = Demo(code="meijia", company="美家装饰", people=(), fill="gongdan_decoration.demo.filling:fill")
