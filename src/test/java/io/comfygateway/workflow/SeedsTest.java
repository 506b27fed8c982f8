package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SeedsTest {
  private static final int DRAWS = 50;

  private final Graph graph = Cases.graph(Cases.read("sampler.json"));
  private final Seeds seeds = new Seeds(new Random(17));

  @TestFactory
  Stream<DynamicTest> seeds_are_found_and_drawn_within_their_range() {
    return Cases.each("seeds.json", this::draw);
  }

  private void draw(JsonNode c) {
    Graph before = Cases.graph(c.get("prompt"));
    Optional<ObjectInfo> info =
        c.path("object_info").asBoolean() ? Cases.objectInfo() : Optional.empty();
    for (int i = 0; i < DRAWS; i++) {
      SeededGraph seeded = seeds.randomise(before, new SeedChoice.Random(), info, nothing());

      assertThat(seeded.seeds().keySet()).containsExactlyElementsOf(Cases.texts(c.get("drawn")));
      assertThat(seeded.seeds().values())
          .allSatisfy(
              seed ->
                  assertThat(seed.longValueExact())
                      .isBetween(
                          c.path("min").asLong(0), c.path("max").asLong(InputSpec.MAX_EXACT)));
      assertThat(withOld(before, seeded).toJson().toString())
          .as("nothing but the seeds changes, and no link does")
          .isEqualTo(before.toJson().toString());
    }
  }

  @Test
  void a_long_chain_of_seeds_is_followed_once_for_all_that_lead_to_it() {
    ObjectNode chain = chain(2_000);
    ObjectNode inputs = chain.putObject("0").put("class_type", "A").putObject("inputs");
    for (int number = 0; number < 20_000; number++) {
      inputs.putArray("a" + number + ".seed").add("1").add(0);
    }

    assertThat(drawn(chain)).containsExactly("2000.seed");
  }

  @Test
  void a_circle_of_seeds_has_none() {
    ObjectNode circle = JsonNodeFactory.instance.objectNode();
    circle
        .putObject("1")
        .put("class_type", "A")
        .putObject("inputs")
        .putArray("seed")
        .add("2")
        .add(0);
    circle
        .putObject("2")
        .put("class_type", "A")
        .putObject("inputs")
        .putArray("seed")
        .add("1")
        .add(0);

    assertThat(drawn(circle)).isEmpty();
  }

  private static ObjectNode chain(int nodes) {
    ObjectNode chain = JsonNodeFactory.instance.objectNode();
    for (int node = 1; node < nodes; node++) {
      chain
          .putObject(String.valueOf(node))
          .put("class_type", "A")
          .putObject("inputs")
          .putArray("seed")
          .add(String.valueOf(node + 1))
          .add(0);
    }
    chain
        .putObject(String.valueOf(nodes))
        .put("class_type", "A")
        .putObject("inputs")
        .put("seed", 1);
    return chain;
  }

  private Set<String> drawn(ObjectNode graph) {
    return seeds
        .randomise(Cases.graph(graph), new SeedChoice.Random(), Optional.empty(), nothing())
        .seeds()
        .keySet();
  }

  private static Graph withOld(Graph before, SeededGraph seeded) {
    Graph back = seeded.graph();
    for (Map.Entry<String, BigInteger> seed : seeded.seeds().entrySet()) {
      String[] address = seed.getKey().split("\\.", 2);
      assertThat(literal(seeded.graph(), address).bigIntegerValue()).isEqualTo(seed.getValue());
      back = back.with(Map.of(new Address(address[0], address[1]), literal(before, address)));
    }
    return back;
  }

  private static JsonNode literal(Graph graph, String[] address) {
    return graph.node(address[0]).orElseThrow().literal(address[1]).orElseThrow();
  }

  @TestFactory
  Stream<DynamicTest> the_choice_is_random_keep_or_a_number() {
    return Cases.each(
        "seed-choices.json",
        c -> {
          if (c.has("choice")) {
            assertThat(SeedChoice.parse(c.get("seed"))).hasToString(c.get("choice").asText());
            return;
          }
          Problem problem =
              catchThrowableOfType(Problem.class, () -> SeedChoice.parse(c.get("seed")));
          assertThat(problem.type()).isEqualTo(ProblemType.INVALID_INPUT);
          assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/seed");
        });
  }

  @Test
  void two_draws_differ() {
    BigInteger first = random().seeds().get("3.seed");

    assertThat(random().seeds().get("3.seed")).isNotEqualTo(first);
  }

  @Test
  void kept_seeds_are_reported_exactly_even_beyond_a_long() {
    SeededGraph kept = seeds.randomise(graph, new SeedChoice.Keep(), Cases.objectInfo(), nothing());

    assertThat(kept.seeds())
        .containsExactly(
            Map.entry("3.seed", new BigInteger("18446744073709551615")),
            Map.entry("9.value", BigInteger.valueOf(7)));
    assertThat(kept.graph().toJson()).isEqualTo(graph.toJson());
  }

  @Test
  void a_fixed_number_goes_into_every_seed() {
    SeededGraph fixed =
        seeds.randomise(graph, new SeedChoice.Fixed(42), Cases.objectInfo(), nothing());

    assertThat(fixed.seeds()).containsOnlyKeys("3.seed", "9.value");
    assertThat(fixed.seeds().values()).containsOnly(BigInteger.valueOf(42));
    assertThat(fixed.graph().toJson().at("/4/inputs/seed/0").asText()).isEqualTo("9");
  }

  @Test
  void a_fixed_number_outside_the_range_names_the_input_and_the_range() {
    for (Optional<ObjectInfo> info : List.of(Cases.objectInfo(), Optional.<ObjectInfo>empty())) {
      Problem problem =
          catchThrowableOfType(
              Problem.class,
              () -> seeds.randomise(graph, new SeedChoice.Fixed(-1), info, nothing()));

      assertThat(problem).hasMessage("seed must be from 0 to 9007199254740991 for 3.seed, not -1");
      assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/seed");
    }
  }

  @Test
  void what_the_caller_set_himself_stays_and_is_reported() {
    for (SeedChoice choice : List.of(new SeedChoice.Random(), new SeedChoice.Fixed(1))) {
      SeededGraph seeded =
          seeds.randomise(graph, choice, Cases.objectInfo(), given("9.value", "3.steps"));

      assertThat(seeded.seeds()).containsEntry("9.value", BigInteger.valueOf(7));
      assertThat(seeded.seeds().get("3.seed")).isNotEqualTo(new BigInteger("18446744073709551615"));
    }
  }

  @Test
  void what_is_no_seed_of_its_class_cannot_be_kept_and_the_job_says_so() {
    Graph places =
        Cases.graph(
            Cases.read("seeds.json").at("/places that a template leaves are filled in/prompt"));

    SeededGraph kept =
        seeds.randomise(places, new SeedChoice.Keep(), Cases.objectInfo(), nothing());

    assertThat(kept.seeds()).hasSize(6).doesNotContainValue(BigInteger.valueOf(-1));
    assertThat(kept.warnings()).hasSize(6);
    assertThat(kept.warnings().get(1))
        .isEqualTo(
            Warning.ofNode(
                "seed_drawn",
                "2",
                "Seed seed of node 2 (KSampler) could not be kept: the graph has \"%seed%\" there, which its class does not take. One was drawn."));
  }

  @Test
  void a_seed_that_a_class_takes_is_kept_though_it_is_below_zero() {
    Graph shifted =
        Cases.graph(
            Cases.read("seeds.json").at("/negative seeds are left out where others exist/prompt"));

    SeededGraph kept =
        seeds.randomise(shifted, new SeedChoice.Keep(), Cases.objectInfo(), nothing());

    assertThat(kept.seeds()).containsEntry("3.seed", BigInteger.valueOf(-1));
    assertThat(kept.warnings()).isEmpty();
  }

  @Test
  void a_fixed_number_goes_into_places_too() {
    Graph places =
        Cases.graph(
            Cases.read("seeds.json").at("/places that a template leaves are filled in/prompt"));

    SeededGraph fixed =
        seeds.randomise(places, new SeedChoice.Fixed(7), Cases.objectInfo(), nothing());

    assertThat(fixed.seeds().values()).hasSize(6).containsOnly(BigInteger.valueOf(7));
    assertThat(fixed.warnings()).isEmpty();
  }

  @Test
  void a_seed_that_the_caller_asks_to_draw_is_drawn_whatever_the_others_are() {
    AppliedInputs asked = new AppliedInputs(graph, List.of(), Set.of("9.value"), Set.of("9.value"));

    SeededGraph seeded = seeds.randomise(graph, new SeedChoice.Fixed(1), Cases.objectInfo(), asked);

    assertThat(seeded.seeds()).containsEntry("3.seed", BigInteger.ONE);
    assertThat(seeded.seeds().get("9.value")).isNotIn(BigInteger.ONE, BigInteger.valueOf(7));
  }

  @Test
  void a_range_without_a_number_that_javascript_reads_is_left_alone() {
    Graph huge = Cases.graph(Cases.read("huge-seed.json"));

    SeededGraph seeded =
        seeds.randomise(huge, new SeedChoice.Random(), Cases.objectInfo(), nothing());

    assertThat(seeded.graph().toJson()).isEqualTo(huge.toJson());
  }

  @Test
  void both_ends_of_the_range_can_be_drawn() {
    Graph dice =
        Cases.graph(
            Cases.read("seeds.json")
                .at("/an input that ComfyUI marks is drawn within its range/prompt"));
    Set<BigInteger> drawn = new HashSet<>();
    RandomGenerator random = new Random(3);
    for (int i = 0; i < 500; i++) {
      drawn.addAll(
          new Seeds(random)
              .randomise(dice, new SeedChoice.Random(), Cases.objectInfo(), nothing())
              .seeds()
              .values());
    }

    assertThat(drawn).hasSize(6);
  }

  private AppliedInputs nothing() {
    return given();
  }

  private AppliedInputs given(String... explicit) {
    return new AppliedInputs(graph, List.of(), Set.of(explicit), Set.of());
  }

  private SeededGraph random() {
    return seeds.randomise(graph, new SeedChoice.Random(), Cases.objectInfo(), nothing());
  }
}
