package io.comfygateway.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.custom.CallbackMapping;
import io.comfygateway.custom.CustomOutput;
import io.comfygateway.custom.CustomResult;
import io.comfygateway.custom.TimeLimitedRoute;
import io.comfygateway.custom.UnloadedFiles;
import io.comfygateway.job.Job;
import io.comfygateway.output.Output;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.StageSettings;
import io.comfygateway.settings.StorageSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;

/** The operator's own routes, which the stages call. */
final class CustomBeans {
  private final SharedBeans shared;
  private final CountDownLatch loaded = new CountDownLatch(1);
  private final UnloadedFiles unloaded = new UnloadedFiles();
  private final CustomResult result;
  private final CallbackMapping callbacks;
  private final Duration longest;

  CustomBeans(SharedBeans shared, BiFunction<Job, List<Output>, ObjectNode> renderer) {
    this.shared = shared;
    this.result = new CustomResult(renderer, shared.json(), shared.clock());
    this.callbacks = new CallbackMapping(shared.json());
    this.longest = shared.settings().get(StageSettings.CUSTOM_LIMIT);
  }

  /** The folder of files that such a route works on. */
  static Path folder(SharedBeans shared) {
    return shared.settings().get(StorageSettings.DATA_DIR).resolve("custom-output");
  }

  TimeLimitedRoute bindTo(RouteBeans routes, CamelContext context) {
    TimeLimitedRoute timeLimited = new TimeLimitedRoute(context, longest, loaded);
    result.calls(context, timeLimited);
    callbacks.calls(context, timeLimited);
    routes.bind(
        new CustomOutput(
            timeLimited,
            unloaded,
            folder(shared),
            shared.json(),
            shared.settings().get(RetrySettings.CUSTOM_STATUSES)::contains));
    return timeLimited;
  }

  /**
   * The route files have been read, so that what is not there now does not exist.
   *
   * @param files the names of those that cannot be loaded
   */
  void loaded(Supplier<List<String>> files) {
    unloaded.from(files);
    loaded.countDown();
  }

  UnloadedFiles unloaded() {
    return unloaded;
  }

  CallbackMapping callbacks() {
    return callbacks;
  }

  CustomResult result() {
    return result;
  }
}
