"""The four industries keep to what every plugin keeps to."""

import gongdan_brokerage.plugin
import gongdan_decoration.plugin
import gongdan_gps_install.plugin
import gongdan_property_mgmt.plugin
from gongdan.testing.conformance import PluginConformance


class TestPropertyManagement(PluginConformance):
    name = "property_mgmt"
    module = gongdan_property_mgmt.plugin


class TestDecoration(PluginConformance):
    name = "decoration"
    module = gongdan_decoration.plugin


class TestGpsInstallation(PluginConformance):
    name = "gps_install"
    module = gongdan_gps_install.plugin


class TestBrokerage(PluginConformance):
    name = "brokerage"
    module = gongdan_brokerage.plugin
