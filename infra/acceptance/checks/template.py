"""The template as the checks read it."""

from samtranslator.yaml_helper import yaml_parse


class Template:
    """`template.yaml`, its resources by name and by type."""

    def __init__(self, path):
        document = yaml_parse(path.read_text())
        self.document = document
        self.parameters, self.outputs = document["Parameters"], document["Outputs"]
        self.sizes = document["Mappings"]["Sizes"]
        self.resources = document["Resources"]
        self.properties = {name: resource["Properties"] for name, resource in self.resources.items()}

    def of_type(self, kind):
        """The properties of all resources of a type, by name."""
        return {name: self.properties[name] for name, it in self.resources.items() if it["Type"] == kind}

    def routes(self, function):
        """What API Gateway passes to a function, by method and path."""
        events = [event["Properties"] for event in self.properties[function]["Events"].values()]
        return {(event["Method"], event["Path"]): event for event in events}
