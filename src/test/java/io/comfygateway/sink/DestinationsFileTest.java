package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file of destinations may say, and that no secret gets into a message. */
class DestinationsFileTest {
  private static final Set<String> SINKS = Set.of("file", "http", "own", "telegram");

  @TempDir Path folder;

  @Test
  void destinations_have_their_settings_with_references_replaced() throws Exception {
    Files.writeString(folder.resolve("token"), "from-file\n");
    DestinationsFile.Reading reading =
        read(
            """
            destinations:
              chat:
                sink: telegram
                events: [failed]
                chat: 12
                authorization-token: {file: token}
                url: "https://example.org/${NAME}"
            default: [chat]
            """);

    assertThat(reading.faults()).isEmpty();
    Destination chat = reading.destinations().get("chat");
    assertThat(chat.events()).containsExactly("failed");
    assertThat(chat.settings().path("authorization-token").asText()).isEqualTo("from-file");
    assertThat(chat.settings().path("url").asText()).isEqualTo("https://example.org/value");
    assertThat(chat.settings().path("chat").asInt()).isEqualTo(12);
    assertThat(chat.settings().path("name").asText()).isEqualTo("chat");
    assertThat(chat.toString()).doesNotContain("from-file");
    assertThat(reading.files()).containsExactly(folder.resolve("token"));
  }

  @Test
  void the_defaults_are_those_of_all_jobs_of_the_workflow_and_of_the_key() throws Exception {
    DestinationDefaults defaults =
        read("""
                destinations:
                  a: {sink: own}
                  b: {sink: own}
                  c: {sink: own}
                default:
                  all: [a]
                  workflows: {txt2img: [b, a]}
                  keys: {alice: [c]}
                """)
            .defaults();

    assertThat(defaults.of(Optional.empty(), "bob")).containsExactly("a");
    assertThat(defaults.of(Optional.of("txt2img"), "alice")).containsExactly("a", "b", "c");
  }

  @Test
  void every_fault_is_named_with_its_line_and_what_to_do() throws Exception {
    List<FileFault> faults =
        read("""
                destinations:
                  "a b": {sink: file}
                  none: {prefix: x/}
                  relative: {sink: file, path: archive}
                  typo: {sink: file, path: /a, pathh: /b}
                  key: {sink: file, path: /a, key: "{index}"}
                  prefix: {sink: file, path: /a, prefix: /x}
                  url: {sink: http, url: "ftp://example.org"}
                  method: {sink: http, url: "http://example.org", method: DELETE, username: x}
                  event: {sink: http, url: "http://example.org", events: [done]}
                  events: {sink: http, url: "http://example.org", events: []}
                default: {keys: {alice: [nowhere]}}
                """)
            .faults();

    assertThat(faults)
        .extracting(FileFault::line)
        .containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 11, 12);
    assertThat(faults).allSatisfy(fault -> assertThat(fault.remedy()).isNotEmpty());
  }

  @Test
  void a_secret_must_be_a_reference_and_is_in_no_message() throws Exception {
    List<FileFault> faults =
        read("""
                destinations:
                  a: {sink: http, url: "https://user:hunter2@example.org"}
                  b: {sink: http, url: "https://example.org", username: u, password: hunter2}
                  c: {sink: http, url: "https://example.org", headers: {Authorization: Bearer hunter2}}
                  d: {sink: own, api_key: hunter2}
                  e: {sink: own, password: "${UNSET}"}
                  f: {sink: own, password: {file: missing}}
                """)
            .faults();

    assertThat(faults).extracting(FileFault::line).contains(2, 3, 4, 5, 6, 7);
    assertThat(faults).extracting(FileFault::toString).noneMatch(text -> text.contains("hunter2"));
  }

  @Test
  void a_file_that_is_being_written_is_loaded_when_it_is_whole() throws Exception {
    Path file = folder.resolve("destinations.yaml");
    Files.writeString(file, "destinations: {a: {sink: own}}");
    Destinations destinations = new Destinations(file, Map.of(), () -> SINKS);
    assertThat(destinations.names()).containsExactly("a");

    Files.writeString(file, "");
    destinations.refresh();
    assertThat(destinations.names()).containsExactly("a");
    Files.writeString(file, "destinations: {b: {sink: own}}");
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.names()).containsExactly("b");

    Files.delete(file);
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.names()).containsExactly("b");
    assertThat(destinations.faults()).hasSize(1);
  }

  @Test
  void the_bucket_of_the_settings_is_the_destination_default_whatever_the_file_says()
      throws Exception {
    Path file = folder.resolve("destinations.yaml");
    Destination bucket =
        new Destination(
            Destination.DEFAULT,
            "s3",
            Set.of(),
            "",
            KeyTemplate.STANDARD,
            JsonNodeFactory.instance.objectNode());
    Destinations destinations = new Destinations(file, Map.of(), () -> SINKS, Optional.of(bucket));
    assertThat(destinations.find("default")).contains(bucket);

    Files.writeString(file, "# nothing yet");
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.faults()).isEmpty();
    assertThat(destinations.names()).containsExactly("default");

    Files.writeString(file, "destinations: {a: {sink: own}}\ndefault: [default, a]");
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.names()).containsExactly("a", "default");
    assertThat(destinations.defaults(Optional.empty(), "me")).hasSize(2);

    Files.writeString(file, "destinations: {default: {sink: own}}");
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.faults())
        .singleElement()
        .satisfies(
            fault -> assertThat(fault.toString()).contains("GATEWAY_S3_BUCKET", "another name"));
    assertThat(destinations.find("default")).contains(bucket);
  }

  @Test
  void a_secret_that_changes_in_its_file_is_loaded() throws Exception {
    Path secret = Files.writeString(folder.resolve("token"), "one");
    Path file = folder.resolve("destinations.yaml");
    Files.writeString(file, "destinations: {a: {sink: own, token: {file: token}}}");
    Destinations destinations = new Destinations(file, Map.of(), () -> SINKS);

    Files.writeString(secret, "second");
    destinations.refresh();
    destinations.refresh();

    assertThat(destinations.require("a").settings().path("token").asText()).isEqualTo("second");
    assertThat(destinations.names()).isEqualTo(Set.of("a"));
  }

  @Test
  void a_misspelt_sink_event_or_destination_names_the_one_that_is_meant() throws Exception {
    List<FileFault> faults =
        read("""
                destinations:
                  a: {sink: flie, path: /a}
                  archive: {sink: http, url: "http://example.org", events: [suceeded]}
                default: [a, archiv]
                """)
            .faults();

    assertThat(faults).extracting(FileFault::line).containsExactly(2, 3, 4);
    assertThat(faults)
        .extracting(FileFault::detail)
        .containsExactly(
            "There is no sink \"flie\"; did you mean \"file\"?",
            "There is no event \"suceeded\"; did you mean \"succeeded\"?",
            "There is no destination \"archiv\"; did you mean \"archive\"?");
    assertThat(faults.get(0).remedy()).isEqualTo("use one of file, http, own, telegram");
  }

  @Test
  void a_sink_that_is_added_later_is_known_without_a_change_of_the_file() throws Exception {
    Path file =
        Files.writeString(folder.resolve("destinations.yaml"), "destinations: {a: {sink: later}}");
    Path sinks = Files.createDirectories(folder.resolve("routes/sinks"));
    Files.createDirectories(folder.resolve("routes/custom"));
    Files.writeString(
        folder.resolve("routes/custom/mine.camel.yaml"), "uri: direct:sink-of-custom");
    SinkFiles known = new SinkFiles(folder.resolve("routes"));
    Destinations destinations = new Destinations(file, Map.of(), known::names);
    assertThat(destinations.faults()).hasSize(1);

    Files.writeString(sinks.resolve("later.camel.yaml"), "");
    destinations.refresh();

    assertThat(known.names()).containsExactly("later", "of-custom");
    assertThat(destinations.faults()).isEmpty();
    assertThat(destinations.names()).containsExactly("a");
  }

  @Test
  void an_emptied_file_is_a_fault_that_keeps_the_destinations() throws Exception {
    Path file = folder.resolve("destinations.yaml");
    Files.writeString(file, "destinations: {a: {sink: own}}");
    Destinations destinations = new Destinations(file, Map.of(), () -> SINKS);

    Files.writeString(file, "# nothing\n");
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.names()).containsExactly("a");
    assertThat(destinations.faults())
        .extracting(FileFault::detail)
        .containsExactly("The file is empty; the destinations stay as they were");

    Files.writeString(file, "destinations: {}\n");
    destinations.refresh();
    destinations.refresh();
    assertThat(destinations.names()).isEmpty();
    assertThat(destinations.faults()).isEmpty();
  }

  @Test
  void headers_that_the_client_sets_and_those_that_cannot_be_sent_are_faults() throws Exception {
    DestinationsFile.Reading reading =
        read(
            """
            destinations:
              a:
                sink: own
                headers:
                  X-Team: red
                  X-Count: 3
                  content-length: "3"
                  Host: example.org
                  Transfer-Encoding: chunked
                  Connection: close
                  "X Team": red
                  X-Break: "a\\r\\nSet-Cookie: b"
                  X-List: [a]
                  X-Nothing:
            """);

    assertThat(reading.faults())
        .extracting(FileFault::line)
        .containsExactly(7, 8, 9, 10, 11, 12, 13, 14);
    assertThat(reading.faults().get(0).detail())
        .isEqualTo("The gateway sets the header content-length itself");
    assertThat(reading.faults().get(5).toString()).doesNotContain("Set-Cookie");
  }

  @Test
  void a_default_for_a_workflow_or_a_key_that_is_not_there_is_named_and_no_fault()
      throws Exception {
    Path file = folder.resolve("destinations.yaml");
    Files.writeString(
        file,
        """
        destinations:
          a: {sink: own}
        default:
          workflows:
            txt2img: [a]
            img2imgs: [a]
          keys: {alcie: [a], bob: [a]}
        """);
    Destinations destinations = new Destinations(file, Map.of(), () -> SINKS);
    Set<String> workflows = Set.of("txt2img", "img2img");

    assertThat(destinations.faults()).isEmpty();
    assertThat(destinations.unusedDefaults(workflows, Optional.of(Set.of("alice", "bob"))))
        .extracting(fault -> fault.line() + " " + fault.field() + " " + fault.detail())
        .containsExactly(
            "6 default.workflows.img2imgs There is no workflow of this name; did you mean"
                + " \"img2img\"?",
            "7 default.keys.alcie There is no key of this name; did you mean \"alice\"?");
    assertThat(destinations.unusedDefaults(workflows, Optional.empty())).hasSize(1);
  }

  private DestinationsFile.Reading read(String text) throws IOException {
    Path file = folder.resolve("destinations.yaml");
    Files.writeString(file, text);
    return DestinationsFile.read(file, Map.of("NAME", "value"), SINKS);
  }
}
