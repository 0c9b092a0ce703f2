"""Is an answer what AWS's own model of the API says? Walks XML against botocore's shapes.

Every element must be a member of its shape, once; list items carry the name that the model gives
them; scalars parse as their type; an error's code and status are those of the model, or common ones.
"""

import re
import xml.etree.ElementTree

import botocore.session

# Codes that the model does not list for single actions: any action may answer so.
COMMON = {"MissingAuthenticationToken": 403, "InvalidClientTokenId": 403, "SignatureDoesNotMatch": 403,
          "AccessDenied": 403, "IncompleteSignature": 400, "InvalidAction": 400, "MissingParameter": 400,
          "InvalidParameterValue": 400, "InvalidParameterCombination": 400, "MalformedQueryString": 400,
          "Throttling": 400, "InternalFailure": 500}
_SCALARS = {"integer": r"-?\d+", "long": r"-?\d+", "boolean": "true|false", "double": r"-?\d+(\.\d+)?",
            "float": r"-?\d+(\.\d+)?", "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "string": "(?s).*"}


class Contract:
    def __init__(self, service: str):
        self.service = service
        self.model = botocore.session.get_session().get_service_model(service)

    def problems(self, action: str, status: int, body: str) -> list[str]:
        """What is wrong with an answer to `action`; empty: nothing."""
        try:
            root = xml.etree.ElementTree.fromstring(body)
        except xml.etree.ElementTree.ParseError as error:
            return [f"{action}: no XML: {error}: {body[:200]}"]
        operation = self.model.operation_model(action)
        if status != 200:
            return self._error(operation, status, root)
        found = []
        if _local(root) != f"{action}Response":
            found.append(f"{action}: the root is {_local(root)}")
        shape = operation.output_shape
        if self.service == "ec2":
            members = [e for e in root if _local(e) not in ("requestId", "return")]
            request_id = [e for e in root if _local(e) == "requestId"]
        else:
            wrapper = [e for e in root if _local(e) == f"{action}Result"]
            request_id = root.findall("./{*}ResponseMetadata/{*}RequestId")
            members = list(wrapper[0]) if wrapper else []
            if shape is not None and not wrapper:
                found.append(f"{action}: no {action}Result")
        if len(request_id) != 1:
            found.append(f"{action}: no request id")
        if shape is not None:
            self._structure(shape, members, action, found)
        elif members:
            found.append(f"{action}: has a result and should have none")
        return found

    def _error(self, operation, status, root):
        code = next((e.text for e in root.iter() if _local(e) == "Code"), None)
        message = next((e.text for e in root.iter() if _local(e) == "Message"), None)
        known = dict(COMMON)
        for shape in operation.error_shapes:
            error = shape.metadata.get("error", {})
            known[error.get("code", shape.name)] = error.get("httpStatusCode", 400)
        if self.service == "ec2":
            known.setdefault(code, 400)  # the model of EC2 lists no errors
        if code not in known:
            return [f"{operation.name}: the code {code} is not in the model"]
        if status != known[code]:
            return [f"{operation.name}: {code} with status {status}, not {known[code]}"]
        return [] if message else [f"{operation.name}: {code} without a message"]

    def _structure(self, shape, elements, path, found):
        names = {}
        for name, member in shape.members.items():
            flattened = member.serialization.get("flattened")
            key = member.serialization.get("name", name)
            if flattened and member.type_name == "list":
                key = member.member.serialization.get("name", key)
            names[key] = member
        seen = set()
        for element in elements:
            name = _local(element)
            if name not in names:
                found.append(f"{path}: {name} is no member of {shape.name}")
                continue
            if name in seen and not names[name].serialization.get("flattened"):
                found.append(f"{path}: {name} comes twice")
            seen.add(name)
            self._any(names[name], element, f"{path}.{name}", found)
        for name in shape.required_members:
            if shape.members[name].serialization.get("name", name) not in seen:
                found.append(f"{path}: {name} is required")

    def _any(self, shape, element, path, found):
        if shape.type_name == "structure":
            self._structure(shape, list(element), path, found)
        elif shape.type_name == "list":
            item = shape.member.serialization.get("name", "member")
            for child in element:
                if _local(child) != item:
                    found.append(f"{path}: an item is {_local(child)}, not {item}")
                self._any(shape.member, child, f"{path}[]", found)
        elif len(element):
            found.append(f"{path}: a scalar with elements in it")
        elif not re.fullmatch(_SCALARS[shape.type_name], element.text or ""):
            found.append(f"{path}: {element.text!r} is no {shape.type_name}")


def _local(element) -> str:
    return element.tag.rsplit("}", 1)[-1]
