package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathBeanDefinitionScanner;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/// `openapi.yaml` has every route that Spring has and no other, and holds together in itself.
class ApiDocumentTest {
  private static final ApiContract CONTRACT = ApiContract.ofServer();
  private static final JsonNode DOCUMENT = CONTRACT.document();

  /// By method and path: `get /api/users`.
  private static final Map<String, HandlerMethod> ROUTES = new TreeMap<>();

  /// What Spring makes of the controllers; none of them is made.
  @BeforeAll
  static void findRoutes() {
    try (GenericWebApplicationContext context = new GenericWebApplicationContext()) {
      ClassPathBeanDefinitionScanner scanner = new ClassPathBeanDefinitionScanner(context, false);
      scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
      scanner.getBeanDefinitionDefaults().setLazyInit(true);
      scanner.setIncludeAnnotationConfig(false);
      int _ = scanner.scan("io.holdfast.server");
      context.refresh();
      RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping();
      mapping.setApplicationContext(context);
      mapping.afterPropertiesSet();
      mapping
          .getHandlerMethods()
          .forEach(
              (info, handler) ->
                  info.getPatternValues().stream()
                      .filter(path -> path.startsWith("/api/") || path.startsWith("/actuator/"))
                      .forEach(
                          path ->
                              info.getMethodsCondition().getMethods().stream()
                                  .map(method -> method.name().toLowerCase(Locale.ROOT))
                                  .forEach(method -> ROUTES.put(method + " " + path, handler))));
    }
  }

  private static Map<String, JsonNode> operations() {
    Map<String, JsonNode> operations = new TreeMap<>();
    DOCUMENT
        .get("paths")
        .propertyStream()
        .forEach(
            path ->
                path.getValue()
                    .propertyStream()
                    .filter(it -> ApiContract.METHODS.contains(it.getKey()))
                    .forEach(
                        it -> operations.put(it.getKey() + " " + path.getKey(), it.getValue())));
    return operations;
  }

  private static HandlerMethod route(String name) {
    return Optional.ofNullable(ROUTES.get(name))
        .orElseThrow(() -> new AssertionError("the server has no " + name));
  }

  @Test
  void theRoutesAreThoseOfTheServer() {
    assertThat(ROUTES).hasSizeGreaterThan(30);
    assertThat(operations().keySet()).containsExactlyElementsOf(ROUTES.keySet());
  }

  @Test
  void theParametersAreThoseThatTheServerReads() {
    operations()
        .forEach(
            (name, operation) ->
                assertThat(parameters(operation)).as(name).isEqualTo(parameters(route(name))));
  }

  private static Set<String> parameters(JsonNode operation) {
    Set<String> parameters = new TreeSet<>();
    for (JsonNode each : operation.path("parameters")) {
      JsonNode parameter = CONTRACT.resolved(each);
      parameters.add(parameter.get("in").asString() + " " + parameter.get("name").asString());
    }
    return parameters;
  }

  private static Set<String> parameters(HandlerMethod handler) {
    Set<String> parameters = new TreeSet<>();
    for (MethodParameter parameter : handler.getMethodParameters()) {
      String name = parameter.getParameter().getName();
      if (parameter.hasParameterAnnotation(RequestParam.class)) {
        parameters.add("query " + name);
      } else if (parameter.hasParameterAnnotation(PathVariable.class)) {
        parameters.add("path " + name);
      }
      Optional.ofNullable(parameter.getParameterAnnotation(RequestHeader.class))
          .map(RequestHeader::name)
          // Said by 'security'.
          .filter(header -> !header.equals("Authorization"))
          .ifPresent(header -> parameters.add("header " + header));
    }
    return parameters;
  }

  @Test
  void theBodiesHaveThePropertiesThatTheServerReads() {
    operations()
        .forEach(
            (name, operation) -> {
              Set<String> described = new TreeSet<>();
              JsonNode body = operation.at("/requestBody/content/application~1json/schema");
              if (!body.isMissingNode()) {
                JsonNode schema = CONTRACT.resolved(body);
                assertThat(schema.path("additionalProperties").asBoolean(true)).as(name).isFalse();
                described.addAll(schema.get("properties").propertyNames());
              }
              assertThat(described).as(name).isEqualTo(bodyProperties(route(name)));
            });
  }

  private static Set<String> bodyProperties(HandlerMethod handler) {
    Set<String> properties = new TreeSet<>();
    for (MethodParameter parameter : handler.getMethodParameters()) {
      if (parameter.hasParameterAnnotation(RequestBody.class)) {
        ResolvableType type = ResolvableType.forMethodParameter(parameter);
        Class<?> wish = type.hasGenerics() ? type.getGeneric(0).toClass() : type.toClass();
        Arrays.stream(wish.getRecordComponents()).forEach(it -> properties.add(it.getName()));
      }
    }
    return properties;
  }

  @Test
  void everyExampleFitsItsSchema() {
    List<String> wrong = new ArrayList<>();
    Set<String> bodies = new TreeSet<>();
    walk(
        DOCUMENT,
        "",
        (where, node) -> {
          if (node.has("schema") && where.contains("/content/")) {
            bodies.add(where);
            examples(node)
                .forEach(
                    example ->
                        CONTRACT
                            .schemas()
                            .problems(node.get("schema"), example)
                            .forEach(problem -> wrong.add(where + ": " + problem)));
          }
        });
    assertThat(bodies).hasSizeGreaterThan(50);
    assertThat(wrong).isEmpty();
  }

  private static Stream<JsonNode> examples(JsonNode media) {
    Stream<JsonNode> one = media.has("example") ? Stream.of(media.get("example")) : Stream.empty();
    return Stream.concat(one, media.path("examples").valueStream().map(it -> it.get("value")));
  }

  @Test
  void everyBodyOfJsonHasAnExample() {
    operations()
        .forEach(
            (name, operation) ->
                walk(
                    operation,
                    name,
                    (where, node) -> {
                      JsonNode json = node.path("application/json");
                      if (!json.isMissingNode() && !name.contains("/api/openapi")) {
                        assertThat(examples(json)).as(where).isNotEmpty();
                      }
                    }));
  }

  @Test
  void everyReferenceLeadsSomewhereAndNothingIsUnused() {
    Set<String> used = new TreeSet<>();
    walk(
        DOCUMENT,
        "",
        (where, node) -> {
          if (node.path("$ref").isString()) {
            String target = node.get("$ref").asString();
            assertThat(DOCUMENT.at(target.substring(1)).isMissingNode()).as(target).isFalse();
            used.add(target);
          }
        });
    Set<String> there = new TreeSet<>();
    for (String part : List.of("headers", "parameters", "responses", "schemas")) {
      DOCUMENT
          .at("/components/" + part)
          .propertyNames()
          .forEach(name -> there.add("#/components/" + part + "/" + name));
    }
    assertThat(used).isEqualTo(there);
  }

  @Test
  void eachOperationIsNamedOnceAndSaysWhoMayCall() {
    Set<String> schemes = new HashSet<>(DOCUMENT.at("/components/securitySchemes").propertyNames());
    Set<String> tags = new TreeSet<>(DOCUMENT.get("tags").findValuesAsString("name"));
    Set<String> ids = new HashSet<>();
    operations()
        .forEach(
            (name, operation) -> {
              assertThat(ids.add(operation.get("operationId").asString())).as(name).isTrue();
              assertThat(operation.get("summary").asString()).as(name).isNotBlank();
              assertThat(tags).as(name).contains(operation.get("tags").get(0).asString());
              for (JsonNode way : operation.path("security")) {
                assertThat(schemes).as(name).containsAll(way.propertyNames());
              }
            });
  }

  @Test
  void everyCodeIsOneOfHoldfast() {
    Set<String> codes =
        new HashSet<>(Arrays.stream(ErrorCode.values()).map(ErrorCode::label).toList());
    List<String> named =
        Pattern.compile("HF-\\d{4}")
            .matcher(DOCUMENT.toString())
            .results()
            .map(java.util.regex.MatchResult::group)
            .toList();
    assertThat(named).isNotEmpty().isSubsetOf(codes);
  }

  private static void walk(JsonNode node, String where, BiConsumer<String, JsonNode> visitor) {
    visitor.accept(where, node);
    if (node.isObject()) {
      node.propertyStream().forEach(it -> walk(it.getValue(), where + "/" + it.getKey(), visitor));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        walk(node.get(i), where + "/" + i, visitor);
      }
    }
  }
}
