package io.comfygateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.media.Picture;
import io.comfygateway.simulator.media.PictureFile;
import io.comfygateway.simulator.media.PngFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ComfySimulatorTest {
  private final JsonNode graphs = new Recordings().read("/simulator/graphs.json");
  private final ComfySimulator simulator = ComfySimulator.start(SimulatorOptions.defaults());
  private final Caller caller = new Caller(simulator);

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void a_text_to_image_workflow_draws_a_batch_that_depends_on_the_seed() {
    byte[] first = onlyImages("a", graphs.get("txt2img")).get(0);
    byte[] other = onlyImages("b", withSeed(graphs.get("txt2img"), "3", "seed", 43)).get(0);
    List<byte[]> again = onlyImages("c", graphs.get("txt2img"));

    Picture drawn = PictureFile.read(first).orElseThrow();
    assertThat(drawn.width()).isEqualTo(96);
    assertThat(drawn.height()).isEqualTo(64);
    assertThat(Arrays.stream(drawn.pixels()).distinct().count()).isGreaterThan(100);
    assertThat(again).hasSize(2);
    assertThat(again.get(0)).isEqualTo(first).isNotEqualTo(again.get(1)).isNotEqualTo(other);
  }

  @Test
  void flux_and_sdxl_workflows_run_with_the_models_that_are_installed() {
    assertThat(onlyImages("flux", graphs.get("flux"))).hasSize(1);
    assertThat(onlyImages("sdxl", graphs.get("sdxl with refiner"))).hasSize(1);
    assertThat(simulator.stats().nodeRuns()).containsEntry("CheckpointLoaderSimple", 2);
  }

  @Test
  void a_seed_that_comes_over_a_link_changes_the_picture() {
    byte[] first = onlyImages("a", graphs.get("flux")).get(0);
    byte[] other = onlyImages("b", withSeed(graphs.get("flux"), "6", "value", 8)).get(0);

    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void every_seed_is_marked_with_the_range_of_64_bits() {
    JsonNode info = caller.json("/object_info");

    for (String[] seed :
        new String[][] {
          {"KSampler", "seed"}, {"KSamplerAdvanced", "noise_seed"}, {"RandomNoise", "noise_seed"}
        }) {
      JsonNode options = info.path(seed[0]).at("/input/required/" + seed[1] + "/1");
      assertThat(options.path("control_after_generate").asBoolean()).isTrue();
      assertThat(options.path("min").asInt()).isZero();
      assertThat(options.path("max").asText()).isEqualTo("18446744073709551615");
    }
  }

  @Test
  void an_uploaded_picture_comes_back_and_is_drawn_over_as_much_as_it_is_denoised() {
    Picture photo = new Picture.Waves(48, 32, 5);
    caller.upload("/upload/image", Map.of("subfolder", "job-1"), "photo.png", PngFile.of(photo));

    Picture same = PictureFile.read(onlyImages("a", graphs.get("upload")).get(0)).orElseThrow();
    Picture changed = PictureFile.read(onlyImages("b", graphs.get("img2img")).get(0)).orElseThrow();

    assertThat(same.pixels()).isEqualTo(photo.pixels());
    assertThat(changed.width()).isEqualTo(48);
    assertThat(changed.pixels()).isNotEqualTo(photo.pixels());
  }

  @Test
  void a_file_that_was_not_uploaded_is_refused_by_the_node_that_loads_it() {
    HttpResponse<byte[]> response = caller.submit(graphs.get("upload"), "a");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(caller.body(response).at("/node_errors/1/errors/0/details").asText())
        .isEqualTo("image - Invalid image file: job-1/photo.png");
  }

  @Test
  void the_same_upload_keeps_its_name_and_an_overwrite_takes_it() {
    byte[] photo = PngFile.of(new Picture.Waves(8, 8, 1));
    byte[] other = PngFile.of(new Picture.Waves(8, 8, 2));
    caller.upload("/upload/image", Map.of(), "photo.png", photo);

    HttpResponse<byte[]> again = caller.upload("/api/upload/image", Map.of(), "photo.png", photo);
    HttpResponse<byte[]> over =
        caller.upload("/upload/image", Map.of("overwrite", "true"), "photo.png", other);

    assertThat(caller.body(again).get("name").asText()).isEqualTo("photo.png");
    assertThat(caller.body(over).get("name").asText()).isEqualTo("photo.png");
    assertThat(caller.get("/view?filename=photo.png&type=input").body()).isEqualTo(other);
    assertThat(
            caller
                .json("/object_info/LoadImage")
                .at("/LoadImage/input/required/image/0/0")
                .asText())
        .isEqualTo("photo.png");
  }

  @Test
  void a_mask_names_its_picture() {
    byte[] mask = PngFile.of(new Picture.Plain(8, 8, 0));
    Map<String, String> named = Map.of("original_ref", "{\"filename\": \"photo.png\"}");
    Map<String, String> outside = Map.of("original_ref", "{\"filename\": \"../photo.png\"}");

    assertThat(caller.upload("/upload/mask", named, "mask.png", mask).statusCode()).isEqualTo(200);
    assertThat(caller.upload("/upload/mask", outside, "mask.png", mask).statusCode())
        .isEqualTo(400);
  }

  @Test
  void films_and_sound_are_files_of_their_kind() {
    JsonNode outputs = run("a", graphs.get("film and sound")).get("outputs");

    assertThat(outputs.at("/2/animated/0").asBoolean()).isTrue();
    assertThat(text(view(outputs.at("/2/images/0")), 8, 16)).isEqualTo("WEBPVP8X");
    assertThat(outputs.at("/4/audio/0/subfolder").asText()).isEqualTo("audio");
    assertThat(text(view(outputs.at("/4/audio/0")), 0, 4)).isEqualTo("fLaC");
  }

  @Test
  void a_preview_is_a_smaller_format_of_the_picture() {
    run("a", graphs.get("one picture"));

    HttpResponse<byte[]> jpeg = caller.get("/view?filename=one_00001_.png&preview=jpeg%3B50");

    assertThat(jpeg.headers().firstValue("Content-Type")).hasValue("image/jpeg");
    assertThat(PictureFile.read(jpeg.body()).orElseThrow().width()).isEqualTo(64);
  }

  @Test
  void a_file_of_any_size_is_streamed_and_takes_no_memory() throws Exception {
    run("a", graphs.get("big file"));
    long before = usedMemory();

    HttpResponse<InputStream> response = caller.stream("/view?filename=big_00001_.bin");

    assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(300L << 20);
    try (InputStream file = response.body()) {
      byte[] half = file.readNBytes(1 << 20);
      assertThat(usedMemory() - before).isLessThan(100L << 20);
      assertThat(ByteBuffer.wrap(half).getLong()).isNotZero();
      assertThat(skipAll(file)).isEqualTo((300L << 20) - half.length);
    }
  }

  @Test
  void there_is_a_page_for_those_who_ask_whether_it_is_up() {
    assertThat(caller.get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void prompts_run_one_at_a_time_in_the_order_of_their_numbers() {
    simulator.hold();
    for (String id : List.of("a", "b", "c")) {
      caller.submit(graphs.get("slow, seed 1"), id);
    }
    caller.post(
        "/prompt",
        "{\"prompt\": %s, \"prompt_id\": \"first\", \"front\": true}"
            .formatted(graphs.get("one picture")));
    await().until(() -> simulator.stats().running() == 1);
    assertThat(simulator.stats().waiting()).isEqualTo(3);

    simulator.release();

    await().until(() -> caller.json("/history").size() == 4);
    assertThat(simulator.stats().runOrder()).containsExactly("a", "first", "b", "c");
    assertThat(simulator.stats().maxConcurrency()).isEqualTo(1);
    assertThat(simulator.stats().idle().gaps()).isEqualTo(3);
  }

  @Test
  void a_gate_lets_as_many_prompts_through_as_it_is_told() {
    simulator.hold();
    caller.submit(graphs.get("one picture"), "a");
    caller.submit(graphs.get("slow, seed 1"), "b");

    simulator.release(1);

    await().until(() -> !caller.json("/history/a").isEmpty());
    await().until(() -> simulator.stats().running() == 1);
    assertThat(caller.json("/history/b")).isEmpty();
  }

  @Test
  void only_the_running_prompt_is_interrupted_and_only_by_its_own_id() {
    simulator.hold();
    caller.submit(graphs.get("slow, seed 1"), "runs");
    caller.submit(graphs.get("slow, seed 2"), "waits");
    await().until(() -> simulator.stats().running() == 1);

    caller.post("/interrupt", "{\"prompt_id\": \"waits\"}");
    assertThat(caller.json("/queue").at("/queue_running/0/1").asText()).isEqualTo("runs");
    caller.post("/api/interrupt", "{\"prompt_id\": \"runs\"}");

    await().until(() -> !caller.json("/history/runs").isEmpty());
    assertThat(caller.json("/history/runs").at("/runs/status/messages/2/0").asText())
        .isEqualTo("execution_interrupted");
    simulator.release();
    await().until(() -> !caller.json("/history/waits").isEmpty());
    assertThat(caller.json("/history/waits").at("/waits/status/status_str").asText())
        .isEqualTo("success");
  }

  @Test
  void a_prompt_is_told_only_to_its_client_and_the_queue_to_all() {
    Frames mine = new Frames();
    Frames others = new Frames();
    caller.listen("mine", mine);
    caller.listen("other", others);
    await().until(() -> simulator.stats().sockets() == 2);

    caller.submit(graphs.get("one picture"), "a", "mine");

    await().until(() -> mine.hasEnded("a"));
    await().until(() -> others.all().size() >= 4);
    assertThat(others.types()).containsOnly("status");
    assertThat(mine.types()).contains("executed", "execution_success");
  }

  @Test
  void a_client_without_the_metadata_feature_gets_plain_previews() {
    simulator.faults().stepTime(Duration.ofMillis(1));
    Frames frames = new Frames();
    caller.listen("mine", frames);
    await().until(() -> simulator.stats().sockets() == 1);

    caller.submit(graphs.get("txt2img"), "a", "mine");

    await().until(() -> frames.hasEnded("a"));
    List<byte[]> previews =
        frames.all().stream().map(Frames.Frame::binary).filter(b -> b.length > 0).toList();
    assertThat(previews).hasSize(4);
    ByteBuffer head = ByteBuffer.wrap(previews.get(3));
    assertThat(head.getInt()).isEqualTo(1);
    assertThat(head.getInt()).isEqualTo(1);
    byte[] jpeg = Arrays.copyOfRange(previews.get(3), 8, previews.get(3).length);
    assertThat(PictureFile.read(jpeg)).isPresent();
  }

  @Test
  void a_thousand_prompts_without_work_take_less_than_a_few_seconds() {
    long start = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      caller.submit(withSeed(graphs.get("txt2img"), "3", "seed", i), "p" + i);
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> simulator.stats().totalRuns() == 1_000 && simulator.stats().running() == 0);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
  }

  private JsonNode run(String id, JsonNode graph) {
    assertThat(caller.submit(graph, id).statusCode()).isEqualTo(200);
    await().until(() -> !caller.json("/history/" + id).isEmpty());
    JsonNode entry = caller.json("/history/" + id).get(id);
    assertThat(entry.at("/status/status_str").asText()).as(entry.toString()).isEqualTo("success");
    return entry;
  }

  private List<byte[]> onlyImages(String id, JsonNode graph) {
    JsonNode outputs = run(id, graph).get("outputs");
    assertThat(outputs).hasSize(1);
    JsonNode images = outputs.iterator().next().get("images");
    return images.valueStream().map(this::view).toList();
  }

  private byte[] view(JsonNode file) {
    HttpResponse<byte[]> response =
        caller.get(
            "/view",
            Map.of(
                "filename", file.get("filename").asText(),
                "subfolder", file.get("subfolder").asText(),
                "type", file.get("type").asText()));
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  private static JsonNode withSeed(JsonNode graph, String node, String input, int seed) {
    JsonNode copy = graph.deepCopy();
    ((ObjectNode) copy.at("/" + node + "/inputs")).put(input, seed);
    return copy;
  }

  private static String text(byte[] file, int from, int to) {
    return new String(file, from, to - from, StandardCharsets.US_ASCII);
  }

  private static long usedMemory() {
    Runtime.getRuntime().gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long skipAll(InputStream stream) throws IOException {
    long count = 0;
    byte[] buffer = new byte[1 << 16];
    for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
      count += read;
    }
    return count;
  }

  @Test
  void head_is_answered_like_get_without_the_body_and_a_doubled_slash_is_no_path() {
    caller.post("/prompt", "{}");
    HttpResponse<byte[]> queue = caller.get("/queue");
    HttpResponse<byte[]> head = caller.head("/queue", Map.of());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Length"))
        .isEqualTo(queue.headers().firstValue("Content-Length"));
    assertThat(caller.get("//queue").statusCode()).isEqualTo(404);
  }

  @Test
  void head_of_an_upload_and_of_a_big_file_names_their_length() {
    byte[] picture = PngFile.of(new Picture.Waves(8, 8, 1));
    caller.upload("/upload/image", Map.of(), "mine.png", picture);
    assertThat(caller.submit(graphs.get("big file"), "big").statusCode()).isEqualTo(200);
    await().until(() -> !caller.json("/history/big").isEmpty());
    String name = caller.json("/history/big").findValue("filename").asText();

    HttpResponse<byte[]> upload =
        caller.head("/view", Map.of("filename", "mine.png", "type", "input"));
    HttpResponse<byte[]> big = caller.head("/view", Map.of("filename", name));

    assertThat(upload.headers().firstValueAsLong("Content-Length")).hasValue(picture.length);
    assertThat(upload.body()).isEmpty();
    assertThat(big.statusCode()).isEqualTo(200);
    assertThat(big.headers().firstValueAsLong("Content-Length").getAsLong()).isPositive();
  }

  @Test
  void text_of_a_node_comes_as_a_binary_frame_that_names_the_node() {
    Frames frames = new Frames();
    caller.listen("me", frames);
    ObjectNode graph = (ObjectNode) graphs.get("one picture").deepCopy();
    ObjectNode inputs = graph.putObject("t").put("class_type", "ShowText").putObject("inputs");
    inputs.put("text", "half done").putArray("images").add("1").add(0);
    ((ObjectNode) graph.at("/2/inputs")).putArray("images").add("t").add(0);

    caller.submit(graph, "text", "me");

    await().until(() -> frames.hasEnded("text"));
    byte[] frame =
        frames.all().stream()
            .filter(any -> any.type().equals("binary"))
            .findFirst()
            .orElseThrow()
            .binary();
    ByteBuffer read = ByteBuffer.wrap(frame);
    assertThat(read.getInt()).isEqualTo(3);
    assertThat(read.getInt()).isEqualTo(1);
    assertThat(new String(frame, 8, frame.length - 8, StandardCharsets.UTF_8))
        .isEqualTo("thalf done");
  }
}
