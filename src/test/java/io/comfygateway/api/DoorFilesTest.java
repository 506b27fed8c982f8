package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.http.TextWithFiles;
import io.comfygateway.job.Draft;
import io.comfygateway.output.FolderOutputStore;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs in the JSON of a door. */
class DoorFilesTest {
  @TempDir private Path folder;
  private SubmissionFixture fixture;
  private OutputRows outputs;
  private FolderOutputStore files;
  private DoorFiles doorFiles;
  private UUID job;

  @BeforeEach
  void open() throws IOException {
    fixture = new SubmissionFixture(folder);
    outputs = new OutputRows(fixture.database.jdbc());
    files = new FolderOutputStore(folder.resolve("outputs"));
    doorFiles = new DoorFiles(outputs, files, TestJson.MAPPER);
    job = job();
    store(job, 0, "picture");
    store(job, 1, "video");
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private UUID job() {
    return fixture.jobs.queue().accept(Draft.of("alice").build(), () -> {}).id();
  }

  private Output store(UUID of, int index, String text) throws IOException {
    Output output =
        new Output(
            of,
            index,
            new Output.Source("9", "image", text + ".png"),
            files.store(
                of,
                index,
                text + ".png",
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))),
            Optional.empty());
    outputs.insert(output);
    return output;
  }

  private Exchange embedded(Object body) throws IOException {
    Exchange exchange = fixture.received(null, body, Map.of());
    exchange.setProperty("doorJobs", new ArrayList<>(List.of(job)));
    doorFiles.embed(exchange);
    return exchange;
  }

  private static String file(UUID of, Object index) {
    return "{\"$base64\":{\"job\":\"%s\",\"index\":%s}}".formatted(of, index);
  }

  /** The whole text, in which a file is its content in angle brackets. */
  private static String text(Exchange exchange) throws Exception {
    Object body = exchange.getMessage().getBody();
    if (!(body instanceof TextWithFiles json)) {
      return (String) body;
    }
    StringBuilder text = new StringBuilder();
    for (TextWithFiles.Part part : json.parts()) {
      text.append(part.text());
      if (part.file().isPresent()) {
        try (InputStream bytes = part.file().get().source().call()) {
          text.append('<')
              .append(new String(bytes.readAllBytes(), StandardCharsets.UTF_8))
              .append('>');
        }
      }
    }
    return text.toString();
  }

  @Test
  void marks_in_objects_and_arrays_become_files_in_the_order_of_the_text() throws Exception {
    JsonNode body =
        TestJson.parse("{\"a\":%s,\"b\":[1,[%s],\"x\"]}".formatted(file(job, 1), file(job, 0)));

    Exchange answer = embedded(body);

    assertThat(text(answer)).isEqualTo("{\"a\":\"<video>\",\"b\":[1,[\"<picture>\"],\"x\"]}");
    assertThat(answer.getMessage().getHeaders())
        .containsEntry(Exchange.HTTP_RESPONSE_CODE, 200)
        .containsEntry(Exchange.CONTENT_TYPE, "application/json");
  }

  @Test
  void the_same_file_may_stand_twice() throws Exception {
    assertThat(text(embedded("{\"a\":%1$s,\"b\":%1$s}".formatted(file(job, 0)))))
        .isEqualTo("{\"a\":\"<picture>\",\"b\":\"<picture>\"}");
  }

  @Test
  void without_a_mark_the_body_is_sent_as_it_is() throws Exception {
    assertThat(text(embedded("{\"$base64\":\"x\",\"a\":{\"$base64\":7}}")))
        .isEqualTo("{\"$base64\":\"x\",\"a\":{\"$base64\":7}}");
  }

  private Problem refused(String mark) {
    return catchThrowableOfType(Problem.class, () -> embedded("[" + mark + "]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "-1", "\"x\"", "null", "1e9", "99999999999999999999"})
  void an_index_that_the_job_does_not_have_is_no_file(String index) {
    Problem problem = refused(file(job, index));

    assertThat(problem == null ? null : problem.type()).isEqualTo(ProblemType.OUTPUT_EXPIRED);
  }

  @Test
  void a_job_that_this_request_did_not_make_has_no_file_for_it() throws IOException {
    UUID other = job();
    store(other, 0, "secret");

    assertThat(refused(file(other, 0)).type()).isEqualTo(ProblemType.OUTPUT_EXPIRED);
    assertThat(refused("{\"$base64\":{\"job\":\"../x\",\"index\":0}}").type())
        .isEqualTo(ProblemType.OUTPUT_EXPIRED);
    assertThat(refused("{\"$base64\":{}}").type()).isEqualTo(ProblemType.OUTPUT_EXPIRED);
  }

  @Test
  void a_file_that_is_no_longer_stored_is_said_before_anything_is_sent() throws IOException {
    Output lost = store(job, 2, "lost");
    Files.delete(files.bytes(lost.stored()).file().orElseThrow());

    assertThat(refused(file(job, 2)).type()).isEqualTo(ProblemType.OUTPUT_EXPIRED);
  }
}
