package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.extension.FolderRepository;
import io.comfygateway.extension.ShippedLibraries;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code gateway add}, {@code list} and {@code remove}, with a folder as Maven repository. */
class AddCommandTest {
  @TempDir Path place;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FolderRepository repository;

  @BeforeEach
  void prepare() throws IOException {
    repository =
        new FolderRepository(place.resolve("repository"))
            .with("org.apache.camel:camel-kafka:4.17.0", "org.apache.kafka:kafka-clients:3.9.1")
            .with("org.apache.kafka:kafka-clients:3.9.1")
            .with("com.shop:driver:12.8.1");
  }

  private int run(String command, String... arguments) {
    CommandLine line = Gateway.commandLine();
    line.getCommandSpec().removeSubcommand("add");
    line.addSubcommand(
        new AddCommand(
            Optional.of(
                ShippedLibraries.parse(
                    """
                    org.apache.camel:camel-api:jar:4.17.0:compile
                    org.apache.camel:camel-jq:jar:4.17.0:compile
                    """))));
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(
        Stream.concat(
                Stream.of(command, "--folder", place.resolve("ext").toString()),
                Arrays.stream(arguments))
            .toArray(String[]::new));
  }

  private int add(String... names) {
    String[] all = new String[names.length + 1];
    all[0] = "--repository=" + repository.url();
    System.arraycopy(names, 0, all, 1, names.length);
    return run("add", all);
  }

  @Test
  void a_component_is_added_listed_and_removed() {
    assertThat(add("camel-kafka", "com.shop:driver:12.8.1")).as(err.toString()).isZero();
    assertThat(run("list")).isZero();
    assertThat(run("remove", "camel-kafka")).isZero();
    assertThat(run("remove", "com.shop:driver")).isZero();
    assertThat(run("list")).isZero();

    assertThat(out.toString().lines().map(String::strip))
        .containsExactly(
            "Added camel-kafka 4.17.0.",
            "Added com.shop:driver 12.8.1.",
            "+ camel-kafka-4.17.0.jar",
            "+ kafka-clients-3.9.1.jar",
            "+ driver-12.8.1.jar",
            "A gateway that runs has it after its next start.",
            "camel-kafka 4.17.0",
            "camel-kafka-4.17.0.jar",
            "kafka-clients-3.9.1.jar",
            "com.shop:driver 12.8.1",
            "driver-12.8.1.jar",
            "Removed camel-kafka.",
            "- camel-kafka-4.17.0.jar",
            "- kafka-clients-3.9.1.jar",
            "Removed com.shop:driver.",
            "- driver-12.8.1.jar",
            "Nothing was added. A component is added with ./gateway add camel-NAME.");
  }

  @Test
  void what_comes_with_the_gateway_is_not_fetched() {
    assertThat(add("camel-jq")).isZero();

    assertThat(out.toString())
        .isEqualToIgnoringNewLines("camel-jq comes with the gateway (4.17.0).");
    assertThat(place.resolve("ext")).doesNotExist();
  }

  @Test
  void a_misspelt_component_is_answered_with_the_nearest_name_and_nothing_is_added() {
    assertThat(add("camel-kafka", "camel-kafak")).isEqualTo(1);

    assertThat(err.toString())
        .contains("Camel 4.17.0 has no library \"camel-kafak\"; did you mean \"camel-kafka\"?");
    assertThat(place.resolve("ext")).doesNotExist();
  }

  @Test
  void two_swapped_letters_are_one_slip_and_a_name_without_a_neighbour_ends_its_sentence() {
    assertThat(add("camel-cvs")).isEqualTo(1);
    assertThat(add("quite-something-else")).isEqualTo(1);

    assertThat(err.toString())
        .contains("no library \"camel-cvs\"; did you mean \"camel-csv\"? The components")
        .contains("no library \"quite-something-else\". The components");
  }

  @Test
  void a_component_of_another_version_of_Camel_is_refused() {
    assertThat(add("org.apache.camel:camel-kafka:4.16.0")).isEqualTo(1);

    assertThat(err.toString())
        .contains("The gateway has Camel 4.17.0, and its components must be of that version");
  }

  @Test
  void a_jar_that_is_missing_and_one_that_was_put_there_by_hand_are_listed() throws IOException {
    add("camel-kafka");
    Files.delete(place.resolve("ext/kafka-clients-3.9.1.jar"));
    Files.writeString(place.resolve("ext/mine.jar"), "mine");

    assertThat(run("list")).isZero();
    assertThat(out.toString())
        .contains("put there by hand")
        .contains("  mine.jar")
        .contains("missing: kafka-clients-3.9.1.jar; add its library again");
  }
}
