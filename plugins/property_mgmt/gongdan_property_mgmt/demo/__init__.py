"""幸福物业: a housing estate of three buildings with its office."""

from gongdan.api import Demo

DEMO = Demo(code="xingfu", company="幸福物业", people=(), fill="gongdan_property_mgmt.demo.filling:fill")
