package io.comfygateway.custom;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** A Camel context with one custom route, and a job. */
final class CustomFixture {
  final DefaultCamelContext camel = new DefaultCamelContext();
  final Job job =
      new Job(
          UUID.randomUUID(),
          1,
          "alice",
          Optional.of("txt2img@1"),
          JobStatus.RUNNING,
          Stage.COLLECTING,
          0,
          new Job.Place(Optional.of("a"), 1, 1),
          Job.Times.waiting(Instant.EPOCH, Optional.empty()),
          Optional.empty(),
          false,
          JobFacts.of(Map.of(), TestJson.parse("{\"order\": 7}")),
          Optional.empty(),
          Optional.empty());

  CustomFixture() {
    camel.setStreamCaching(false);
    camel.getShutdownStrategy().setTimeout(1);
    camel.start();
  }

  /** Puts a route from {@code direct:} of this name in. */
  void route(String name, String steps) throws Exception {
    String yaml =
        """
        - route:
            id: %1$s
            errorHandler:
              noErrorHandler: {}
            from:
              uri: direct:%1$s
              steps:
        """
                .formatted(name)
            + steps.indent(8);
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(ResourceHelper.fromString(name + ".camel.yaml", yaml));
  }

  void removeRoutes() throws Exception {
    for (Route route : List.copyOf(camel.getRoutes())) {
      camel.getRouteController().stopRoute(route.getRouteId());
      camel.removeRoute(route.getRouteId());
    }
  }

  static JsonNode json(String text) {
    return TestJson.parse(text.replace('\'', '"'));
  }
}
