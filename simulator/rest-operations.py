"""Writes rest-operations.json: how each operation of the REST services stands in a request.

The models are those of botocore, which every moto_server brings along:
    python3 simulator/rest-operations.py > simulator/rest-operations.json

One line per operation, "METHOD /path/{Label}/{Greedy+}?query&other=value @header": "Operation". The query keys and headers
are those a request of that operation must have. Grouped by the name in the signature's scope, which services may share.
"""

import json

import botocore.loaders
import botocore.model

SERVICES = [
    "apigateway", "apigatewayv2", "backup", "efs", "eks", "fis", "lambda", "pipes", "rds-data", "route53",
    "route53-recovery-control-config", "route53-recovery-readiness", "s3", "s3control", "scheduler", "synthetics", "xray",
]  # fmt: skip

loader = botocore.loaders.Loader()
result = {}
for name in SERVICES:
    model = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
    operations = result.setdefault(model.signing_name, {})
    for operation_name in model.operation_names:
        operation = model.operation_model(operation_name)
        if operation.deprecated and name == "s3":  # An older name of the same request.
            continue
        path, _, literals = operation.http["requestUri"].partition("?")
        query = [literal for literal in literals.split("&") if literal and not literal.startswith("x-id=")]
        headers = []
        shape = operation.input_shape
        for member in shape.required_members if shape else []:
            serialization = shape.members[member].serialization
            if serialization.get("location") == "querystring":
                query.append(serialization["name"])
            if serialization.get("location") == "header" and serialization["name"] == "x-amz-copy-source":
                headers.append(serialization["name"])
        signature = operation.http["method"] + " " + path.rstrip("/").replace("//", "/")
        if query:
            signature += "?" + "&".join(sorted(query))
        operations.setdefault(signature + "".join(" @" + header for header in headers), operation_name)
print(json.dumps(result, indent=2, sort_keys=True))
