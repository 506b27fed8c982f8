package io.comfygateway.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionFolderTest {
  private static final ShippedLibraries SHIPPED =
      ShippedLibraries.parse(
          """
          The following files have been resolved:
             org.apache.camel:camel-api:jar:4.17.0:compile -- module x
             org.slf4j:slf4j-api:jar:2.0.20:compile
             io.netty:netty-buffer:jar:4.1.140.Final:compile
             io.netty:netty-common:jar:4.1.140.Final:compile
             io.netty:netty-tcnative-classes:jar:2.0.85.Final:compile
          """);
  private static final String FISH = "org.apache.camel:camel-fish:4.17.0";
  private static final String BIRD = "org.apache.camel:camel-bird:4.17.0";

  @TempDir Path place;
  private FolderRepository repository;
  private ExtensionFolder extensions;

  @BeforeEach
  void prepare() {
    repository = new FolderRepository(place.resolve("repository"));
    extensions = new ExtensionFolder(place.resolve("ext"));
  }

  private ExtensionFolder.Change add(ShippedLibraries shipped, String... libraries)
      throws ExtensionException {
    return extensions.add(
        Arrays.stream(libraries).map(one -> Coordinates.parse(one).orElseThrow()).toList(),
        shipped,
        new LibraryResolver(shipped, Optional.of(repository.url())));
  }

  private List<String> files() throws IOException {
    if (!Files.isDirectory(place.resolve("ext"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(place.resolve("ext"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void a_component_comes_with_what_it_needs_and_the_gateway_does_not_have() throws Exception {
    repository
        .with(FISH, "sea:water:1.2", "org.apache.camel:camel-api:4.17.0", "org.slf4j:slf4j-api:1.7")
        .with("sea:water:1.2", "sea:salt:3", "org.slf4j:jcl-over-slf4j:1.7")
        .with("sea:salt:3");

    ExtensionFolder.Change change = add(SHIPPED, FISH);

    assertThat(change.added())
        .containsExactly("camel-fish-4.17.0.jar", "water-1.2.jar", "salt-3.jar");
    assertThat(change.newer()).isEmpty();
    assertThat(files())
        .containsExactly(
            ".lock", "camel-fish-4.17.0.jar", "extensions.json", "salt-3.jar", "water-1.2.jar");
    assertThat(place.resolve("ext/water-1.2.jar")).hasContent("the classes of sea:water:1.2");
    assertThat(extensions.extensions())
        .containsExactly(new Extension(Coordinates.parse(FISH).orElseThrow(), change.added()));
  }

  @Test
  void of_a_library_that_two_components_need_one_version_is_there_and_stays_until_both_are_gone()
      throws Exception {
    repository
        .with(FISH, "sea:water:1.2")
        .with(BIRD, "sky:air:1", "sea:water:1.3")
        .with("sky:air:1")
        .with("sea:water:1.2", "sea:salt:3")
        .with("sea:water:1.3")
        .with("sea:salt:3");

    add(SHIPPED, BIRD);
    ExtensionFolder.Change change = add(SHIPPED, FISH);

    assertThat(change.added()).containsExactly("camel-fish-4.17.0.jar");
    assertThat(extensions.extensions())
        .extracting(Extension::files)
        .containsExactly(
            List.of("camel-bird-4.17.0.jar", "air-1.jar", "water-1.3.jar"),
            List.of("camel-fish-4.17.0.jar", "water-1.3.jar"));
    assertThat(extensions.remove(List.of("camel-bird")))
        .containsExactly("air-1.jar", "camel-bird-4.17.0.jar");
    assertThat(extensions.remove(List.of("camel-fish")))
        .containsExactly("camel-fish-4.17.0.jar", "water-1.3.jar");
    assertThat(files()).containsExactly(".lock", "extensions.json");
  }

  @Test
  void a_file_with_another_checksum_is_not_taken_and_nothing_is_changed() throws Exception {
    repository.with(FISH, "sea:water:1.2").with("sea:water:1.2").with(BIRD);
    add(SHIPPED, BIRD);
    List<String> before = files();
    Files.writeString(repository.file("sea:water:1.2"), "something else");

    assertThatThrownBy(() -> add(SHIPPED, FISH))
        .isInstanceOf(ExtensionException.class)
        .hasMessageContaining("does not have the checksum")
        .hasMessageContaining("water");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void a_library_without_a_checksum_is_not_taken() throws Exception {
    repository.with(FISH);
    Files.delete(Path.of(repository.file(FISH) + ".sha1"));

    assertThatThrownBy(() -> add(SHIPPED, FISH)).isInstanceOf(ExtensionException.class);
    assertThat(files()).containsExactly(".lock");
  }

  @Test
  void what_is_not_in_the_repository_is_named() throws Exception {
    repository.with(FISH, "sea:water:1.2");

    assertThatThrownBy(() -> add(SHIPPED, FISH))
        .isInstanceOf(ExtensionException.class)
        .hasMessageContaining("water")
        .hasMessageContaining("is not in " + repository.url());
    assertThat(extensions.extensions()).isEmpty();
  }

  @Test
  void what_was_added_goes_to_the_Camel_of_a_newer_gateway() throws Exception {
    repository
        .with(FISH)
        .with("org.apache.camel:camel-fish:4.18.0")
        .with("org.apache.camel:camel-bird:4.18.0")
        .with("com.shop:driver:1");
    add(SHIPPED, FISH, "com.shop:driver:1");
    ShippedLibraries newer =
        ShippedLibraries.parse("org.apache.camel:camel-api:jar:4.18.0:compile");

    ExtensionFolder.Change change = add(newer, "org.apache.camel:camel-bird:4.18.0");

    assertThat(change.removed()).containsExactly("camel-fish-4.17.0.jar");
    assertThat(files()).contains("camel-fish-4.18.0.jar", "camel-bird-4.18.0.jar", "driver-1.jar");
  }

  @Test
  void what_is_wanted_newer_than_the_gateway_has_it_is_said() throws Exception {
    repository.with(FISH, "org.slf4j:slf4j-api:2.1.0");

    assertThat(add(SHIPPED, FISH).newer())
        .containsExactly("org.slf4j:slf4j-api 2.1.0, the gateway has 2.0.20");
  }

  @Test
  void a_library_gets_the_version_of_its_family_in_the_gateway() throws Exception {
    repository
        .with(FISH, "io.netty:netty-epoll:4.1.127.Final", "io.netty:netty-ssl:2.0.74.Final")
        .with("io.netty:netty-epoll:4.1.140.Final")
        .with("io.netty:netty-ssl:2.0.74.Final");

    assertThat(add(SHIPPED, FISH).added())
        .contains("netty-epoll-4.1.140.Final.jar", "netty-ssl-2.0.74.Final.jar");
  }

  @Test
  void jars_that_were_put_there_by_hand_stay() throws Exception {
    repository.with(FISH);
    add(SHIPPED, FISH);
    Files.writeString(place.resolve("ext/mine.jar"), "mine");

    assertThat(extensions.byHand()).containsExactly("mine.jar");
    extensions.remove(List.of("camel-fish"));
    assertThat(files()).contains("mine.jar").doesNotContain("camel-fish-4.17.0.jar");
  }

  @Test
  void what_a_killed_addition_left_is_removed_by_the_next() throws Exception {
    repository.with(FISH);
    Files.createDirectories(place.resolve("ext/.fetched-1/org"));

    add(SHIPPED, FISH);

    assertThat(files()).doesNotContain(".fetched-1").contains("camel-fish-4.17.0.jar");
  }

  @Test
  void jars_that_are_missing_and_components_of_another_Camel_are_faults() throws Exception {
    repository.with(FISH, "sea:water:1").with("sea:water:1").with("com.shop:driver:1");
    add(SHIPPED, FISH, "com.shop:driver:1");
    assertThat(extensions.faults("4.17.0")).isEmpty();
    Files.delete(place.resolve("ext/water-1.jar"));

    assertThat(extensions.faults("4.18.0"))
        .containsExactly(
            "water-1.jar is missing; add its library again",
            "camel-fish is of Camel 4.17.0, the gateway has Camel 4.18.0; run ./gateway add"
                + " camel-fish");
  }

  @Test
  void what_was_never_added_cannot_be_removed() {
    assertThatThrownBy(() -> extensions.remove(List.of("camel-fish")))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("camel-fish was not added. Nothing was.");
  }
}
