package io.holdfast.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What may stand behind the question mark of an operation's address.
final class ApiQuery {
  private final ApiContract contract;
  private final List<JsonNode> parameters;

  ApiQuery(ApiContract contract, JsonNode operation) {
    this.contract = contract;
    this.parameters =
        operation
            .path("parameters")
            .valueStream()
            .map(contract::resolved)
            .filter(it -> it.get("in").asString().equals("query"))
            .toList();
  }

  /// @param wrong gets what is not described
  void check(URI uri, List<String> wrong) {
    for (String pair : Optional.ofNullable(uri.getRawQuery()).orElse("").split("&")) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        check(URLDecoder.decode(name, UTF_8), URLDecoder.decode(value, UTF_8), wrong);
      }
    }
  }

  private void check(String name, String value, List<String> wrong) {
    Optional<JsonNode> described =
        parameters.stream().filter(it -> it.get("name").asString().equals(name)).findFirst();
    if (described.isEmpty()) {
      wrong.add("add the query parameter '" + name + "'");
      return;
    }
    JsonNode schema = described.get().get("schema");
    contract
        .schemas()
        .problems(schema, typed(contract.resolved(schema), value))
        .forEach(problem -> wrong.add("the query parameter '" + name + "': " + problem));
  }

  private static JsonNode typed(JsonNode schema, String value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (schema.path("type").asString("")) {
      case "integer" ->
          value.matches("-?\\d{1,18}")
              ? nodes.numberNode(Long.parseLong(value))
              : nodes.stringNode(value);
      case "boolean" ->
          value.matches("true|false")
              ? nodes.booleanNode(Boolean.parseBoolean(value))
              : nodes.stringNode(value);
      default -> nodes.stringNode(value);
    };
  }
}
