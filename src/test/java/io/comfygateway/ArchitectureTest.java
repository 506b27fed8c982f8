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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the parts of the gateway may know of each other. */
class ArchitectureTest {
  private static final String ROOT = "io.comfygateway";

  /** The packages that each package may know, one row per package. */
  private static final Map<String, Set<String>> KNOWS =
      """
      problem
      log
      config
      clock
      retry
      store
      tls
      disk
      digest
      exchange
      database: disk
      workflow: digest problem config
      media: workflow
      s3: digest store tls disk
      job: exchange digest problem clock database workflow
      files: exchange digest clock store disk s3
      backup: disk files
      egress: problem
      extension: config
      route: problem config extension
      webhook: problem
      pool: config clock store tls database workflow job files egress
      prompt: problem store disk database workflow media job files pool
      output: digest problem clock store disk database media s3 job files pool prompt
      picture: digest problem store disk workflow media files output
      upload: digest problem disk database workflow media files
      sink: config tls database media s3 job egress output
      custom: exchange problem media job output
      delivery: exchange digest retry database s3 job files egress webhook output sink custom
      lifecycle: problem clock retry store database job pool prompt output custom delivery
      fetch: exchange problem retry store database job egress pool prompt
      library: problem config database workflow
      access: digest problem config clock disk database egress webhook
      http: digest problem config store tls database job route access
      stream: problem database job http
      console: digest
      metrics: problem store disk database job pool delivery
      api: exchange digest problem config store disk database workflow media job files egress route webhook pool prompt output picture upload sink custom delivery lifecycle fetch library access http stream
      comfyapi: exchange problem config database workflow media job files pool output picture upload access http api
      settings: log config retry database workflow s3 egress webhook pool access http
      app: config clock retry disk database workflow media s3 job files backup egress route webhook pool prompt output picture upload sink custom delivery lifecycle fetch library access http stream console metrics api comfyapi settings
      cli: problem config disk database workflow s3 backup extension route pool access http api settings app
      simulator: workflow cli
      demo: s3 webhook settings app cli simulator
      """
          .lines()
          .map(row -> List.of(row.strip().split("[: ]+")))
          .collect(
              Collectors.toMap(row -> row.get(0), row -> Set.copyOf(row.subList(1, row.size()))));

  private static final JavaClasses CLASSES = ProductClasses.ALL;

  @Test
  void every_package_has_its_place() {
    Set<String> packages =
        CLASSES.stream().map(ArchitectureTest::packageOf).collect(Collectors.toSet());

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
  void no_row_allows_what_nobody_needs() {
    Map<String, Set<String>> used =
        CLASSES.stream()
            .collect(
                Collectors.groupingBy(
                    ArchitectureTest::packageOf,
                    Collectors.flatMapping(
                        type ->
                            type.getDirectDependenciesFromSelf().stream()
                                .map(dependency -> dependency.getTargetClass())
                                .filter(target -> target.getPackageName().startsWith(ROOT + "."))
                                .map(ArchitectureTest::packageOf),
                        Collectors.toSet())));

    KNOWS.forEach((name, known) -> assertThat(used.get(name)).as(name).containsAll(known));
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
        .resideOutsideOfPackage(ROOT + ".database.h2..")
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

  private static String packageOf(JavaClass type) {
    return type.getPackageName().substring(ROOT.length() + 1).split("\\.")[0];
  }

  private static String inside(String name) {
    return ROOT + "." + name + "..";
  }
}
