package io.comfygateway.workflow.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What ComfyUI writes into media files, format by format. */
class EmbeddedGraphTest {
  private static final String PROMPT = "{\"1\": {\"class_type\": \"Kätzchen\"}}";
  private static final String ESCAPED = "{\"1\": {\"class_type\": \"K\\u00e4tzchen\"}}";
  private static final String WORKFLOW = "{\"nodes\": [], \"links\": []}";
  private static final String COMMENT =
      "{\"prompt\": \"{\\\"1\\\": {\\\"class_type\\\": \\\"K\\u00e4tzchen\\\"}}\", \"workflow\": "
          + WORKFLOW
          + "}";

  @TempDir Path place;

  private EmbeddedGraph read(byte[] file) throws IOException {
    EmbeddedGraph read =
        EmbeddedGraph.read(Files.write(place.resolve("media"), file)).orElseThrow();
    assertThat(EmbeddedGraph.read(file)).contains(read);
    return read;
  }

  static Stream<Arguments> files() throws IOException {
    byte[] name = Media.latin("prompt\0");
    return Map.<String, byte[]>ofEntries(
            Map.entry(
                "PNG",
                Media.png(
                    Media.textChunk("prompt", ESCAPED), Media.textChunk("workflow", WORKFLOW))),
            Map.entry(
                "PNG in UTF-8",
                Media.png(
                    Media.chunk("tEXt", Media.join(name, Media.utf8(PROMPT))),
                    Media.textChunk("workflow", WORKFLOW))),
            Map.entry(
                "PNG, compressed",
                Media.png(
                    Media.chunk(
                        "zTXt",
                        Media.join(name, new byte[1], Media.deflated(Media.latin(ESCAPED)))),
                    Media.textChunk("workflow", WORKFLOW))),
            Map.entry(
                "PNG, international",
                Media.png(
                    Media.chunk(
                        "iTXt",
                        Media.join(name, new byte[2], Media.latin("en\0\0"), Media.utf8(PROMPT))),
                    Media.textChunk("workflow", WORKFLOW))),
            Map.entry(
                "PNG, international and compressed",
                Media.png(
                    Media.chunk(
                        "iTXt",
                        Media.join(
                            name,
                            new byte[] {1, 0},
                            new byte[2],
                            Media.deflated(Media.utf8(PROMPT)))),
                    Media.textChunk("workflow", WORKFLOW))),
            Map.entry(
                "PNG, animated",
                Media.png(
                    Media.chunk("IDAT", new byte[9]),
                    Media.chunk("comf", Media.join(name, Media.latin(ESCAPED))),
                    Media.chunk("comf", Media.latin("workflow\0" + WORKFLOW)))),
            Map.entry(
                "WebP",
                Media.webp(
                    Media.exif(
                        ByteOrder.LITTLE_ENDIAN, "workflow:" + WORKFLOW, "prompt:" + PROMPT))),
            Map.entry(
                "WebP with a prefix",
                Media.webp(
                    Media.join(
                        Media.latin("Exif\0\0"),
                        Media.exif(
                            ByteOrder.BIG_ENDIAN, "Workflow:" + WORKFLOW, "Prompt:" + PROMPT)))),
            Map.entry(
                "JPEG",
                Media.jpeg(
                    Media.exif(ByteOrder.BIG_ENDIAN, "workflow:" + WORKFLOW, "prompt:" + PROMPT))),
            Map.entry(
                "JPEG with a comment",
                Media.jpeg(Media.userComment("UNICODE\0", COMMENT, StandardCharsets.UTF_16BE))),
            Map.entry(
                "JPEG with a plain comment",
                Media.jpeg(Media.userComment("ASCII\0\0\0", COMMENT, StandardCharsets.US_ASCII))),
            Map.entry(
                "MP4", Media.mp4(false, "encoder", "x", "prompt", PROMPT, "workflow", WORKFLOW)),
            Map.entry("MOV", Media.mp4(true, "prompt", PROMPT, "workflow", WORKFLOW)),
            Map.entry("MP4 with a comment", Media.mp4Comment(COMMENT)),
            Map.entry("WebM", Media.webm("PROMPT", PROMPT, "WORKFLOW", WORKFLOW)),
            Map.entry("WebM with a comment", Media.webm("ENCODER", "x", "COMMENT", COMMENT)),
            Map.entry("FLAC", Media.flac("encoder=x", "prompt=" + PROMPT, "WORKFLOW=" + WORKFLOW)),
            Map.entry("MP3", Media.mp3(4, 3, StandardCharsets.UTF_8, "comment", COMMENT)),
            Map.entry(
                "MP3 of version 3", Media.mp3(3, 1, StandardCharsets.UTF_16, "comment", COMMENT)),
            Map.entry(
                "MP3 in Latin", Media.mp3(4, 0, StandardCharsets.ISO_8859_1, "comment", COMMENT)))
        .entrySet()
        .stream()
        .map(file -> Arguments.of(file.getKey(), file.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void prompt_and_workflow_are_found(String kind, byte[] file) throws IOException {
    EmbeddedGraph graph = read(file);

    assertThat(graph.prompt().orElseThrow().at("/1/class_type").asText()).isEqualTo("Kätzchen");
    assertThat(graph.workflow().orElseThrow().path("nodes").isArray()).isTrue();
    assertThat(EmbeddedGraph.isMedia(place.resolve("media"))).as(kind).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void a_file_that_is_cut_off_or_damaged_harms_nothing(String kind, byte[] file)
      throws IOException {
    for (int length = 0; length < file.length; length += 7) {
      byte[] part = Arrays.copyOf(file, length);
      assertThat(EmbeddedGraph.read(Files.write(place.resolve("part"), part))).isNotNull();
      byte[] damaged = file.clone();
      damaged[length] = (byte) 0xff;
      assertThat(EmbeddedGraph.read(Files.write(place.resolve("part"), damaged))).isNotNull();
    }
  }

  @Test
  void what_is_no_number_is_read() throws IOException {
    JsonNode prompt =
        read(Media.png(Media.textChunk("prompt", "{\"1\": {\"is_changed\": [NaN]}}")))
            .prompt()
            .orElseThrow();

    assertThat(prompt.at("/1/is_changed/0").isNumber()).isTrue();
  }

  @Test
  void a_text_that_inflates_without_end_is_passed_over() throws IOException {
    byte[] bomb = Media.deflated(new byte[MediaTexts.LARGEST + 1]);
    byte[] chunk = Media.chunk("zTXt", Media.join(Media.latin("prompt\0\0"), bomb));

    assertThat(EmbeddedGraph.read(Files.write(place.resolve("bomb.png"), Media.png(chunk))))
        .isEmpty();
  }

  @Test
  void other_files_carry_nothing() throws IOException {
    Path text = Files.writeString(place.resolve("text"), PROMPT);
    Path png = Files.write(place.resolve("png"), Media.png(Media.textChunk("prompt", "a cat")));

    assertThat(EmbeddedGraph.read(text)).isEmpty();
    assertThat(EmbeddedGraph.isMedia(text)).isFalse();
    assertThat(EmbeddedGraph.read(png)).isEmpty();
  }

  @Test
  void a_damaged_chunk_does_not_hide_those_behind_it() throws IOException {
    byte[] damaged = Media.chunk("zTXt", Media.latin("prompt\0\0not deflated"));

    assertThat(read(Media.png(damaged, Media.textChunk("prompt", ESCAPED))).prompt()).isPresent();
  }

  @Test
  void a_file_unpacks_64_mib_at_most() throws IOException {
    byte[] bomb = Media.deflated(new byte[MediaTexts.LARGEST]);
    bomb[bomb.length - 1] ^= 1;
    byte[] chunk = Media.chunk("zTXt", Media.join(Media.latin("prompt\0\0"), bomb));
    byte[] text = Media.textChunk("prompt", ESCAPED);

    assertThat(read(Media.png(chunk, chunk, chunk, text)).prompt()).isPresent();
    assertThat(
            EmbeddedGraph.read(
                Files.write(
                    place.resolve("bombs.png"),
                    Media.png(chunk, chunk, chunk, chunk, chunk, text))))
        .isEmpty();
  }

  @Test
  void a_text_with_very_many_values_is_passed_over() throws IOException {
    String values = "{\"a\": [" + "[],".repeat(150_000) + "[]]}";
    Path file =
        Files.write(place.resolve("many.png"), Media.png(Media.textChunk("prompt", values)));

    assertThat(EmbeddedGraph.read(file)).isEmpty();
  }

  @Test
  void a_long_key_of_a_film_keeps_its_position() throws IOException {
    byte[] film = Media.mp4(true, "x".repeat(2_000), "{}", "prompt", PROMPT);

    assertThat(read(film).prompt()).isPresent();
  }
}
