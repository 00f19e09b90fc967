package io.holdfast.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The library's signatures, with the values that go in and come out, are those of
/// `docs/reference/library.txt`: whoever changes them sees it in a review.
/// `-Dholdfast.write-docs=true` writes the file anew.
class PublicSignaturesTest {
  private static final Path FILE = Path.of("..", "docs", "reference", "library.txt");
  private static final String ENGINE = "io.holdfast.engine.";

  @Test
  void areThoseOfTheReference() throws IOException {
    String expected =
        "The library's public signatures, and the values that go in and come out. Made from the program.\n\n"
            + String.join("\n\n", everything())
            + "\n";
    if (Boolean.getBoolean("holdfast.write-docs")) {
      Files.writeString(FILE, expected);
    }
    assertThat(Files.readString(FILE))
        .as(FILE + " is out of date: run the test with -Dholdfast.write-docs=true")
        .isEqualTo(expected);
  }

  @Test
  void allOperationsAreReachedFromHoldfastAndConfiguration() {
    Set<String> reached = reached().keySet();
    assertThat(reached)
        .contains(
            "io.holdfast.engine.api.Clusters",
            "io.holdfast.engine.api.Standalone",
            "io.holdfast.engine.restore.RestoreRequest");
    assertThat(reached)
        .as("what is inside does not come out")
        .noneMatch(name -> name.endsWith(".EngineContext") || name.endsWith(".OpenRepository"));
  }

  private static List<String> everything() {
    List<String> blocks = new ArrayList<>();
    reached().values().stream()
        .sorted(
            Comparator.comparingInt((Class<?> type) -> isLibrary(type) ? 0 : 1)
                .thenComparing(Class::getName))
        .forEach(type -> blocks.add(describe(type)));
    return blocks;
  }

  private static boolean isLibrary(Class<?> type) {
    return type.getPackageName().equals(Holdfast.class.getPackageName());
  }

  private static Map<String, Class<?>> reached() {
    Map<String, Class<?>> reached = new TreeMap<>();
    Deque<Class<?>> left = new ArrayDeque<>(List.of(Holdfast.class, Configuration.class));
    while (!left.isEmpty()) {
      Class<?> type = left.remove();
      if (isOurs(type) && reached.put(type.getName(), type) == null) {
        mentioned(type).flatMap(PublicSignaturesTest::classes).forEach(left::add);
        left.addAll(permitted(type));
      }
    }
    return reached;
  }

  /// Of the modules below only values: what they can do is their own.
  private static boolean isOurs(Class<?> type) {
    return type.getName().startsWith(ENGINE)
        || (type.getName().startsWith("io.holdfast.") && (type.isRecord() || type.isEnum()));
  }

  private static List<Class<?>> permitted(Class<?> type) {
    return type.isSealed() ? List.of(type.getPermittedSubclasses()) : List.of();
  }

  private static Stream<Type> mentioned(Class<?> type) {
    if (type.isRecord() && !isLibrary(type)) {
      return Arrays.stream(type.getRecordComponents()).map(part -> part.getGenericType());
    }
    return methods(type)
        .flatMap(
            method ->
                Stream.concat(
                    Stream.of(method.getGenericReturnType()),
                    Arrays.stream(method.getGenericParameterTypes())));
  }

  private static Stream<Class<?>> classes(Type type) {
    return switch (type) {
      case Class<?> plain -> Stream.of(plain);
      case ParameterizedType generic ->
          Stream.concat(
              classes(generic.getRawType()),
              Arrays.stream(generic.getActualTypeArguments())
                  .flatMap(PublicSignaturesTest::classes));
      default -> Stream.of();
    };
  }

  private static Stream<Method> methods(Class<?> type) {
    return type.isEnum()
        ? Stream.of()
        : Arrays.stream(type.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> !method.isSynthetic());
  }

  private static String describe(Class<?> type) {
    List<String> lines = new ArrayList<>();
    lines.add(head(type));
    if (!type.isRecord() || isLibrary(type)) {
      methods(type)
          .filter(method -> !isOfEveryRecord(type, method))
          .map(PublicSignaturesTest::signature)
          .sorted()
          .forEach(line -> lines.add("  " + line));
    }
    return String.join("\n", lines);
  }

  private static boolean isOfEveryRecord(Class<?> type, Method method) {
    return type.isRecord()
        && (List.of("equals", "hashCode", "toString").contains(method.getName())
            || Arrays.stream(type.getRecordComponents())
                .anyMatch(part -> method.equals(part.getAccessor())));
  }

  private static String head(Class<?> type) {
    String name = type.getName();
    if (type.isRecord()) {
      return Arrays.stream(type.getRecordComponents())
          .map(part -> shown(part.getGenericType()) + " " + part.getName())
          .collect(Collectors.joining(", ", "record " + name + "(", ")"));
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(String::valueOf)
          .collect(Collectors.joining(", ", "enum " + name + " {", "}"));
    }
    String kind = type.isInterface() ? "interface " : "class ";
    return kind
        + name
        + permitted(type).stream()
            .map(Class::getSimpleName)
            .sorted()
            .collect(
                Collectors.collectingAndThen(
                    Collectors.joining(", "), all -> all.isEmpty() ? "" : ": " + all));
  }

  private static String signature(Method method) {
    return (Modifier.isStatic(method.getModifiers()) ? "static " : "")
        + shown(method.getGenericReturnType())
        + " "
        + method.getName()
        + Arrays.stream(method.getGenericParameterTypes())
            .map(PublicSignaturesTest::shown)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  /// Without packages, which the line of the type itself has.
  private static String shown(Type type) {
    return type.getTypeName().replaceAll("[a-z0-9]+\\.", "").replace('$', '.');
  }
}
