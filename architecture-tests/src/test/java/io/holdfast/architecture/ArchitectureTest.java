package io.holdfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The product keeps every rule of [Rules], and every rule notices a class that breaks it.
class ArchitectureTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.holdfast");

  /// The product with classes beside it that break one rule each.
  private static final JavaClasses PLANTED =
      new ClassFileImporter()
          .withImportOption(
              location -> !location.contains("/test-classes/") || location.contains("/planted/"))
          .importPackages("io.holdfast");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base",
        "storage",
        "storage.s3",
        "storage.sftp",
        "storage.azure",
        "storage.gcs",
        "repository",
        "postgres",
        "files",
        "portable",
        "tenant",
        "engine",
        "cli",
        "server"
      })
  void seesTheModule(String module) {
    assertThat(PRODUCT.stream().filter(type -> isIn(type, module)))
        .as("classes of " + module + " (an empty import would keep every rule)")
        .isNotEmpty();
  }

  @Test
  void seesTheProductAndNothingPlanted() {
    assertThat(PRODUCT.size()).isGreaterThan(100);
    assertThat(PRODUCT.stream().map(JavaClass::getPackageName))
        .noneMatch(name -> name.contains("planted") || name.contains("architecture"));
  }

  private static boolean isIn(JavaClass type, String module) {
    return (type.getPackageName() + ".").startsWith("io.holdfast." + module + ".");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void theProductKeeps(String name, ArchRule rule) {
    assertThat(rule.evaluate(PRODUCT).getFailureReport().getDetails()).as(name).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void aPlantedClassBreaks(String name, ArchRule rule) {
    List<String> details = rule.evaluate(PLANTED).getFailureReport().getDetails();
    assertThat(details).as(name).isNotEmpty();
    assertThat(details).allMatch(detail -> detail.contains("planted"));
  }

  static Stream<Arguments> rules() {
    Map<String, ArchRule> rules =
        Arrays.stream(Rules.class.getDeclaredFields())
            .filter(field -> Modifier.isStatic(field.getModifiers()))
            .filter(field -> ArchRule.class.isAssignableFrom(field.getType()))
            .collect(
                Collectors.toMap(
                    java.lang.reflect.Field::getName,
                    field -> {
                      try {
                        return (ArchRule) field.get(null);
                      } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                      }
                    }));
    assertThat(rules).hasSizeGreaterThan(10);
    return rules.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
  }
}
