package io.holdfast.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/// The rules of the house. Each has a planted class in a package `planted` that breaks it.
final class Rules {
  private static final Set<String> BARE_FAILURES =
      Set.of(
          "java.lang.Throwable",
          "java.lang.Exception",
          "java.lang.RuntimeException",
          "java.lang.Error");

  /// A record, but nothing that commands have.
  private static final Set<String> INSIDE = Set.of("io.holdfast.engine.EngineContext");

  /// No records, but they touch no repository.
  private static final Set<String> VALUES =
      Set.of(
          "io.holdfast.engine.config.Variables",
          "io.holdfast.engine.files.ListedEntry",
          "io.holdfast.engine.retention.RetentionFile",
          "io.holdfast.engine.tenant.Scopes",
          "io.holdfast.engine.tenant.TenantDomain");

  static final ArchRule LAYERS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("base")
          .definedBy("io.holdfast.base..")
          .layer("storage")
          .definedBy("io.holdfast.storage..")
          .layer("repository")
          .definedBy("io.holdfast.repository..")
          .layer("postgres")
          .definedBy("io.holdfast.postgres..")
          .layer("files")
          .definedBy("io.holdfast.files..")
          .layer("portable")
          .definedBy("io.holdfast.portable..")
          .layer("tenant")
          .definedBy("io.holdfast.tenant..")
          .layer("engine")
          .definedBy("io.holdfast.engine..")
          .layer("cli")
          .definedBy("io.holdfast.cli..")
          .layer("server")
          .definedBy("io.holdfast.server..")
          .whereLayer("base")
          .mayNotAccessAnyLayer()
          .whereLayer("storage")
          .mayOnlyAccessLayers("base")
          .whereLayer("repository")
          .mayOnlyAccessLayers("storage", "base")
          .whereLayer("postgres")
          .mayOnlyAccessLayers("base")
          .whereLayer("files")
          .mayOnlyAccessLayers("base")
          .whereLayer("portable")
          .mayOnlyAccessLayers("base")
          .whereLayer("tenant")
          .mayOnlyAccessLayers("postgres", "base")
          .whereLayer("engine")
          .mayOnlyAccessLayers(
              "repository", "postgres", "files", "portable", "tenant", "storage", "base")
          .whereLayer("cli")
          .mayOnlyAccessLayers("engine", "base")
          .whereLayer("server")
          .mayOnlyAccessLayers("engine", "base")
          .because(
              "dependencies point down, and the engine alone joins the repository with PostgreSQL and with"
                  + " the file system");

  static final ArchRule COMMANDS_GO_THROUGH_THE_LIBRARY =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.cli..")
          .should()
          .dependOnClassesThat(
              describe("do the engine's work", type -> isOfEngine(type) && !isValue(type)))
          .because(
              "what commands can do other programs can do too, and the repository is opened and"
                  + " closed in one place");

  static final ArchRule NO_CYCLES =
      slices()
          .matching("io.holdfast.(*).(*)..")
          .should()
          .beFreeOfCycles()
          .because(
              "a feature that needs its user cannot be understood alone; a module's top package is"
                  + " its face and may use all of its features");

  static final ArchRule PICOCLI_ONLY_IN_CLI =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..")
          .because("everything below the command line is used by the server too");

  static final ArchRule SQL_ONLY_IN_POSTGRES =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.holdfast.postgres..", "io.holdfast.server..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..")
          .because("one module knows how to talk to servers; the catalog is the server's own");

  static final ArchRule SPRING_ONLY_IN_SERVER =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.server..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "tools.jackson..", "jakarta..")
          .because("the commands and the library carry no framework");

  static final ArchRule AWS_ONLY_IN_STORAGE_S3 =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.storage.s3..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..")
          .because("one module knows an SDK, and a repository in a directory loads none");

  static final ArchRule MINA_ONLY_IN_STORAGE_SFTP =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.storage.sftp..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.sshd..")
          .because("one module knows an SSH library, and a repository in a directory loads none");

  static final ArchRule STORES_ARE_FOUND_BY_THEIR_URLS =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.holdfast.storage.s3..",
              "io.holdfast.storage.sftp..",
              "io.holdfast.storage.azure..",
              "io.holdfast.storage.gcs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.storage.s3..",
              "io.holdfast.storage.sftp..",
              "io.holdfast.storage.azure..",
              "io.holdfast.storage.gcs..")
          .because("BlobStores finds drivers; whoever names one cannot do without it");

  static final ArchRule FOREIGN_CALLS_IN_ONE_PLACE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.files.posix..")
          .should()
          .dependOnClassesThat(named(Set.of("java.lang.foreign.Linker")))
          .because("a wrong call to the system can do anything, so one package makes them");

  static final ArchRule CRYPTO_IN_FEW_PLACES =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.holdfast.repository.crypto..",
              "io.holdfast.repository.testing..",
              "io.holdfast.postgres.wire..",
              "io.holdfast.portable.seal..",
              "io.holdfast.storage.azure..",
              "io.holdfast.engine.notify..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("javax.crypto..", "org.bouncycastle..")
          .because("whoever reviews the use of keys must find all of it in one package");

  static final ArchRule TIME_AND_CHANCE_ARE_INJECTED =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.holdfast.base..", "..testing..")
          .should()
          .callMethodWhere(
              callsTo(
                  "java.time.Instant.now",
                  "java.time.LocalDate.now",
                  "java.time.LocalDateTime.now",
                  "java.time.OffsetDateTime.now",
                  "java.time.ZonedDateTime.now",
                  "java.lang.System.currentTimeMillis",
                  "java.util.UUID.randomUUID",
                  "java.lang.Math.random"))
          .orShould()
          .dependOnClassesThat(
              named(
                  Set.of(
                      "java.util.Random",
                      "java.util.concurrent.ThreadLocalRandom",
                      "java.security.SecureRandom")))
          .because("a run that takes time and chance from its constructor can be repeated");

  static final ArchRule REAL_TIME_AND_CHANCE_ARE_CHOSEN_AT_THE_TOP =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.holdfast.base..", "io.holdfast.engine.api..", "io.holdfast.cli..")
          .should()
          .callMethodWhere(
              callsTo(
                  "java.time.InstantSource.system",
                  "java.time.Clock.systemUTC",
                  "java.time.Clock.systemDefaultZone",
                  "java.time.Clock.system",
                  "io.holdfast.base.Entropy.secure",
                  "io.holdfast.base.concurrent.Pause.real"))
          .because(
              "only a main program, or the library in its place, decides that time and chance are"
                  + " real");

  static final ArchRule THREADS_ONLY_IN_BASE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.base.concurrent..")
          .should()
          .callMethodWhere(
              callsTo(
                  "java.lang.Thread.sleep",
                  "java.lang.Thread.ofVirtual",
                  "java.lang.Thread.ofPlatform",
                  "java.lang.Thread.startVirtualThread"))
          .orShould()
          .callConstructorWhere(constructs(Thread.class))
          .orShould()
          .dependOnClassesThat(
              named(
                  Set.of(
                      "java.util.concurrent.Executors",
                      "java.util.concurrent.ForkJoinPool",
                      "java.util.Timer")))
          .because("threads that are started in one place are waited for in one place");

  static final ArchRule STANDARD_STREAMS_ONLY_IN_CLI =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .accessField(System.class, "in")
          .because(
              "standard output belongs to the command's answer, which may be one JSON document");

  static final ArchRule NO_GLOBAL_STATE =
      fields()
          .that()
          .areStatic()
          .should()
          .beFinal()
          .because("state that everybody shares makes two operations in one process meet");

  static final ArchRule NAMES_SAY_SOMETHING =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Util|Utils|Helper|Helpers|Manager)(\\$.*)?")
          .because("such a name hides that nobody decided what the class is");

  static final ArchRule TESTING_IS_FOR_TESTS =
      noClasses()
          .that()
          .resideOutsideOfPackage("..testing..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.holdfast..testing..")
          .because("stores that lose data on purpose have no place in the product");

  static final ArchRule FAILURES_HAVE_TYPES =
      noClasses()
          .should()
          .callConstructorWhere(
              describe(
                  "make a bare Throwable, Exception, RuntimeException or Error",
                  call ->
                      BARE_FAILURES.contains(call.getTargetOwner().getFullName())
                          && !call.getOriginOwner().isAssignableTo(Throwable.class)))
          .because("callers decide by type and code what to do next");

  private Rules() {}

  private static boolean isOfEngine(JavaClass type) {
    return type.getPackageName().startsWith("io.holdfast.engine")
        && !type.getPackageName().equals("io.holdfast.engine.api");
  }

  /// What goes into operations and comes out of them; `Scopes` comes out of the library itself.
  private static boolean isValue(JavaClass type) {
    boolean isValue = type.isRecord() || type.isEnum() || type.isInterface();
    return (isValue && !INSIDE.contains(type.getFullName())) || VALUES.contains(type.getFullName());
  }

  private static DescribedPredicate<JavaCall<?>> callsTo(String... methods) {
    Set<String> names = Set.of(methods);
    return describe(
        "call one of " + names.stream().sorted().toList(),
        call -> names.contains(call.getTargetOwner().getFullName() + "." + call.getName()));
  }

  private static DescribedPredicate<JavaConstructorCall> constructs(Class<?> type) {
    return describe(
        "construct a " + type.getSimpleName(), call -> call.getTargetOwner().isAssignableTo(type));
  }

  private static DescribedPredicate<JavaClass> named(Set<String> names) {
    return describe("are one of " + names, type -> names.contains(type.getFullName()));
  }
}
