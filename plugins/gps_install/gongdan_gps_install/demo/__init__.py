"""畅途定位: a company that fits terminals for fleets and leasing companies."""

from gongdan.api import Demo

DEMO = Demo(code="changtu", company="畅途定位", people=(), fill="gongdan_gps_install.demo.filling:fill")
