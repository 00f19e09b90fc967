package io.holdfast.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// Holds requests and answers against `openapi.yaml`: whatever a test makes the server say must be
/// written there.
final class ApiContract {
  static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

  private static final JsonMapper JSON = new JsonMapper();
  private static final String JSON_TYPE = "application/json";
  private static final String PROBLEM_TYPE = "application/problem+json";

  /// How requests are refused that reach no route.
  private static final Set<Integer> NO_ROUTE = Set.of(400, 401, 403, 404, 405);

  private final JsonNode document;
  private final ApiSchemas schemas;

  /// @param body empty if there was none
  record Request(String method, URI uri, String body) {}

  /// @param body empty if there was none, or if it is no text
  record Reply(int status, HttpHeaders headers, String body) {
    String mediaType() {
      String full = headers.firstValue("Content-Type").orElse("");
      return full.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }
  }

  private record Operation(String name, JsonNode node) {}

  private ApiContract(JsonNode document) {
    this.document = document;
    this.schemas = new ApiSchemas(document.get("components"));
  }

  /// The document that the server has in its class path.
  static ApiContract ofServer() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try (InputStream in =
        Optional.ofNullable(ApiContract.class.getResourceAsStream("/openapi.yaml")).orElseThrow()) {
      Object parsed =
          new Yaml(new SafeConstructor(options)).load(new String(in.readAllBytes(), UTF_8));
      return new ApiContract(JSON.valueToTree(parsed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode document() {
    return document;
  }

  ApiSchemas schemas() {
    return schemas;
  }

  /// Follows a reference within the document.
  JsonNode resolved(JsonNode node) {
    JsonNode found = node;
    while (found.has("$ref")) {
      found = document.at(found.get("$ref").asString().substring(1));
    }
    return found;
  }

  /// @throws AssertionError if the document does not say that, with what to write into it
  void check(Request request, Reply reply) {
    String asked = request.method() + " " + request.uri().getRawPath();
    Optional<Operation> operation = operation(request);
    List<String> wrong = new ArrayList<>();
    if (operation.isEmpty()) {
      checkRefusal(reply, wrong);
    } else {
      checkReply(operation.get(), reply, wrong);
      if (reply.status() < 400) {
        checkRequest(operation.get(), request, wrong);
      }
    }
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          asked
              + " was answered with "
              + reply.status()
              + " "
              + reply.body()
              + "\nand openapi.yaml does not say so. Mend it, or the server:\n  "
              + String.join("\n  ", wrong));
    }
  }

  /// Of several paths that fit, that with the fewest variables.
  private Optional<Operation> operation(Request request) {
    String method = request.method().toLowerCase(Locale.ROOT);
    return document
        .get("paths")
        .propertyStream()
        .filter(path -> path.getValue().has(method) && METHODS.contains(method))
        .filter(path -> fits(path.getKey(), request.uri().getRawPath()))
        .min(Comparator.comparingLong(path -> path.getKey().chars().filter(c -> c == '{').count()))
        .map(path -> new Operation(method + " " + path.getKey(), path.getValue().get(method)));
  }

  private static boolean fits(String template, String path) {
    String[] names = template.split("/", -1);
    String[] parts = path.split("/", -1);
    if (names.length != parts.length) {
      return false;
    }
    for (int i = 0; i < names.length; i++) {
      boolean isVariable = names[i].startsWith("{") && !parts[i].isEmpty();
      if (!isVariable && !names[i].equals(parts[i])) {
        return false;
      }
    }
    return true;
  }

  private void checkRefusal(Reply reply, List<String> wrong) {
    if (!NO_ROUTE.contains(reply.status())) {
      wrong.add("there is no such path with this method: add it to 'paths'");
      return;
    }
    if (!reply.mediaType().equals(PROBLEM_TYPE)) {
      wrong.add("where there is no route, " + PROBLEM_TYPE + " says so, not " + reply.mediaType());
      return;
    }
    checkBody(document.at("/components/schemas/Problem"), "the problem", reply.body(), wrong);
  }

  private void checkReply(Operation operation, Reply reply, List<String> wrong) {
    JsonNode described = operation.node().get("responses").get(String.valueOf(reply.status()));
    if (described == null) {
      wrong.add("add '" + reply.status() + "' to the responses of " + operation.name());
      return;
    }
    JsonNode response = resolved(described);
    String where = operation.name() + ", response " + reply.status();
    checkHeaders(response, where, reply, wrong);
    if (!response.has("content")) {
      if (!reply.body().isEmpty()) {
        wrong.add(where + ": there is a body, and no 'content'");
      }
      return;
    }
    JsonNode content = response.get("content").get(reply.mediaType());
    if (content == null) {
      wrong.add(where + ": add '" + reply.mediaType() + "' to its content");
    } else if (reply.mediaType().endsWith("json")) {
      checkBody(content.get("schema"), where, reply.body(), wrong);
    }
  }

  private void checkHeaders(JsonNode response, String where, Reply reply, List<String> wrong) {
    response
        .path("headers")
        .propertyStream()
        .forEach(
            described -> {
              Optional<String> value = reply.headers().firstValue(described.getKey());
              JsonNode header = resolved(described.getValue());
              if (value.isPresent()) {
                JsonNode text = JsonNodeFactory.instance.stringNode(value.get());
                schemas
                    .problems(header.get("schema"), text)
                    .forEach(it -> wrong.add(where + ", " + described.getKey() + ": " + it));
              } else if (header.path("required").asBoolean(false)) {
                wrong.add(where + ": the header " + described.getKey() + " is missing");
              }
            });
  }

  private void checkRequest(Operation operation, Request request, List<String> wrong) {
    new ApiQuery(this, operation.node()).check(request.uri(), wrong);
    JsonNode described = operation.node().path("requestBody");
    String where = operation.name() + ", requestBody";
    if (described.isMissingNode()) {
      if (!Set.of("", "{}").contains(request.body())) {
        wrong.add(where + ": there is none, and the server took " + request.body());
      }
    } else if (!request.body().isEmpty()) {
      checkBody(
          described.get("content").get(JSON_TYPE).get("schema"), where, request.body(), wrong);
    } else if (described.path("required").asBoolean(false)) {
      wrong.add(where + ": is 'required', and the server does without it");
    }
  }

  private void checkBody(JsonNode schema, String where, String body, List<String> wrong) {
    try {
      schemas.problems(schema, JSON.readTree(body)).forEach(it -> wrong.add(where + ": " + it));
    } catch (JacksonException e) {
      wrong.add(where + ": no JSON: " + e.getMessage());
    }
  }
}
