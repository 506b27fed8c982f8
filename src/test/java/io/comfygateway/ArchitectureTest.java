package io.comfygateway;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the parts of the gateway may know of each other. */
class ArchitectureTest {
  private static final String ROOT = "io.comfygateway";

  /** What each package may know. */
  private static final Map<String, Set<String>> KNOWS =
      Map.ofEntries(
          Map.entry("problem", Set.of()),
          Map.entry("log", Set.of()),
          Map.entry("tls", Set.of()),
          Map.entry("disk", Set.of()),
          Map.entry(
              "backup",
              Set.of(
                  "disk",
                  "problem",
                  "workflow",
                  "media",
                  "job",
                  "egress",
                  "pool",
                  "prompt",
                  "output")),
          Map.entry("workflow", Set.of("problem")),
          Map.entry("media", Set.of("workflow")),
          Map.entry("job", Set.of("disk", "problem", "workflow")),
          Map.entry("egress", Set.of("problem")),
          Map.entry("extension", Set.of("workflow")),
          Map.entry("route", Set.of("extension", "problem", "workflow")),
          Map.entry("webhook", Set.of("problem")),
          Map.entry("pool", Set.of("problem", "tls", "workflow", "job", "egress")),
          Map.entry(
              "prompt", Set.of("disk", "problem", "workflow", "media", "job", "egress", "pool")),
          Map.entry(
              "output",
              Set.of(
                  "disk",
                  "problem",
                  "tls",
                  "workflow",
                  "media",
                  "job",
                  "egress",
                  "pool",
                  "prompt")),
          Map.entry("sink", Set.of("problem", "tls", "workflow", "media", "job", "output")),
          Map.entry(
              "delivery",
              Set.of("problem", "workflow", "job", "egress", "webhook", "pool", "output", "sink")),
          Map.entry(
              "lifecycle",
              Set.of(
                  "problem",
                  "workflow",
                  "job",
                  "egress",
                  "webhook",
                  "pool",
                  "prompt",
                  "output",
                  "delivery")),
          Map.entry(
              "fetch",
              Set.of(
                  "problem", "workflow", "media", "job", "egress", "pool", "prompt", "delivery")),
          Map.entry("access", Set.of("disk", "problem", "workflow", "job", "egress", "webhook")),
          Map.entry(
              "http", Set.of("problem", "tls", "workflow", "job", "route", "access", "output")),
          Map.entry(
              "metrics",
              Set.of("disk", "problem", "workflow", "job", "pool", "output", "delivery")),
          Map.entry(
              "api",
              Set.of(
                  "disk",
                  "problem",
                  "workflow",
                  "media",
                  "job",
                  "egress",
                  "webhook",
                  "route",
                  "pool",
                  "prompt",
                  "output",
                  "sink",
                  "delivery",
                  "lifecycle",
                  "fetch",
                  "access",
                  "http")),
          Map.entry(
              "settings",
              Set.of(
                  "log",
                  "problem",
                  "workflow",
                  "job",
                  "egress",
                  "webhook",
                  "pool",
                  "delivery",
                  "access",
                  "http")),
          Map.entry(
              "app",
              Set.of(
                  "disk",
                  "log",
                  "backup",
                  "problem",
                  "workflow",
                  "media",
                  "job",
                  "egress",
                  "webhook",
                  "route",
                  "pool",
                  "prompt",
                  "output",
                  "sink",
                  "delivery",
                  "lifecycle",
                  "fetch",
                  "access",
                  "http",
                  "api",
                  "metrics",
                  "settings")),
          Map.entry(
              "cli",
              Set.of(
                  "extension",
                  "disk",
                  "log",
                  "backup",
                  "problem",
                  "workflow",
                  "media",
                  "job",
                  "egress",
                  "webhook",
                  "route",
                  "pool",
                  "prompt",
                  "output",
                  "sink",
                  "delivery",
                  "lifecycle",
                  "fetch",
                  "access",
                  "http",
                  "api",
                  "metrics",
                  "settings",
                  "app")),
          Map.entry("simulator", Set.of("problem", "workflow", "cli")),
          Map.entry("demo", Set.of("output", "webhook", "settings", "app", "cli", "simulator")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void every_package_has_its_place() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1).split("\\.")[0])
            .collect(Collectors.toSet());

    assertThat(KNOWS.keySet()).containsExactlyInAnyOrderElementsOf(packages);
  }

  @Test
  void a_package_knows_only_those_before_it() {
    KNOWS.forEach(
        (name, known) -> {
          String[] allowed =
              Stream.concat(Stream.of(name), known.stream())
                  .map(ArchitectureTest::inside)
                  .toArray(String[]::new);
          classes()
              .that()
              .resideInAPackage(inside(name))
              .should()
              .onlyDependOnClassesThat(
                  resideInAnyPackage(allowed).or(resideOutsideOfPackage(ROOT + "..")))
              .check(CLASSES);
        });
  }

  @Test
  void packages_know_each_other_in_no_circle() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void a_package_is_named_after_what_it_is_about() {
    noClasses()
        .should()
        .resideInAnyPackage(
            "..util..",
            "..utils..",
            "..common..",
            "..helper..",
            "..helpers..",
            "..manager..",
            "..impl..")
        .check(CLASSES);
  }

  @Test
  void no_two_classes_have_one_simple_name() {
    // A nested class is named together with the class around it, as FetchQueue.Limits.
    Map<String, Set<String>> sameName =
        CLASSES.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    Collectors.mapping(JavaClass::getName, Collectors.toSet())));
    sameName.values().removeIf(names -> names.size() == 1);

    assertThat(sameName).isEmpty();
  }

  @Test
  void internals_of_libraries_are_used_in_few_places() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".http.connection..", ROOT + ".simulator..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx..impl..")
        .because("an upgrade of Vert.x may change them, see docs/adr/0010-internals.md")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".job.h2..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.h2..")
        .because("an upgrade of H2 may change them, see docs/adr/0010-internals.md")
        .check(CLASSES);
  }

  @Test
  void only_commands_speak_to_the_console() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Command")
        .and()
        .resideOutsideOfPackage(ROOT)
        .should(ACCESS_STANDARD_STREAMS)
        .check(CLASSES);
  }

  @Test
  void nothing_that_changes_is_static() {
    fields()
        .that()
        .areStatic()
        .and()
        .doNotHaveModifier(JavaModifier.SYNTHETIC)
        .should()
        .beFinal()
        .check(CLASSES);
  }

  private static String inside(String name) {
    return ROOT + "." + name + "..";
  }
}
