package io.holdfast.server;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Schemas of an OpenAPI 3.1 document, which are JSON Schemas of 2020-12.
final class ApiSchemas {
  private static final JsonMapper JSON = new JsonMapper();

  private final JsonNode components;
  private final Map<JsonNode, Schema> known = new ConcurrentHashMap<>();
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

  /// @param components what references lead to
  ApiSchemas(JsonNode components) {
    this.components = components;
  }

  /// What is wrong with a value; nothing if it fits.
  List<String> problems(JsonNode schema, JsonNode value) {
    return known.computeIfAbsent(schema, this::compiled).validate(value).stream()
        .map(Error::toString)
        .toList();
  }

  /// References are relative to the document, so the schema is put into one that has them.
  private Schema compiled(JsonNode schema) {
    ObjectNode alone = JSON.createObjectNode();
    alone.putArray("allOf").add(schema);
    alone.set("components", components);
    return registry.getSchema(alone);
  }
}
