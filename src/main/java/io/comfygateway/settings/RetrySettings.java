package io.comfygateway.settings;

import com.google.re2j.Pattern;
import io.comfygateway.delivery.RetryDelays;
import io.comfygateway.delivery.StatusList;
import java.time.Duration;
import java.util.List;

/** The settings that decide whether and when something is tried again. */
public final class RetrySettings {
  public static final Setting<Integer> RUN_ATTEMPTS =
      Setting.of(
          "gateway.run.attempts",
          SettingTypes.count(1, 100),
          "3",
          "How often in all a prompt is tried that ComfyUI lost or did not accept.");
  public static final Setting<Duration> GIVE_UP =
      Setting.of(
              "gateway.backends.give-up-seconds",
              SettingTypes.seconds(0, 31_536_000),
              "600",
              "How long the gateway waits for a server that does not answer before its jobs go to"
                  + " another one that can run them; what it still has of them is stopped when it is"
                  + " back. 0: forever.")
          .readFrom("GATEWAY_BACKEND_GIVE_UP_SECONDS");
  public static final Setting<Pattern> ERROR_PATTERN =
      Setting.of(
          "gateway.backends.error-pattern",
          SettingTypes.pattern(),
          "CUDA error|CUDA driver|cuDNN|CUBLAS|HIP error|AcceleratorError|device-side assert|No space"
              + " left on device",
          "A prompt runs on another server if its node's exception contains this: the fault is the"
              + " server's and not the prompt's.");
  public static final Setting<Duration> PROBE_INTERVAL =
      Setting.of(
          "gateway.probe.interval-ms",
          SettingTypes.milliseconds(),
          "1000",
          "How often the gateway probes each server.");
  public static final Setting<Integer> PROBE_FAILURES =
      Setting.of(
          "gateway.probe.failures",
          SettingTypes.count(1, 1_000),
          "3",
          "How many probes in a row a server may leave unanswered before it gets no more work; one"
              + " that refuses the connection gets none at once.");
  public static final Setting<Duration> LONGEST_PROBE_INTERVAL =
      Setting.of(
          "gateway.probe.longest-interval-ms",
          SettingTypes.milliseconds(),
          "1000",
          "A server that is down is probed after the interval, then after twice that, and so on up to"
              + " this; so its return is noticed within twice this time.");
  public static final Setting<Integer> FAILED_PROMPTS =
      Setting.of(
          "gateway.backends.failed-prompts",
          SettingTypes.count(1, 1_000),
          "3",
          "How many prompts in a row may fail on a server before it gets no work for a while.");
  public static final Setting<Duration> REST =
      Setting.of(
          "gateway.backends.rest-ms",
          SettingTypes.milliseconds(),
          "30000",
          "How long such a server gets no work the first time; each further time is twice as long.");
  public static final Setting<Duration> LONGEST_REST =
      Setting.of(
          "gateway.backends.longest-rest-ms",
          SettingTypes.milliseconds(),
          "600000",
          "How long such a server gets no work at most.");
  public static final Setting<RetryDelays> INPUT_DELAYS =
      Setting.of(
          "gateway.input.delays",
          SettingTypes.delays(),
          "1s,2s,4s",
          "How long to wait before each further try to fetch an input file, where its server does not"
              + " say; the number of delays is the number of further tries.");
  public static final Setting<StatusList> INPUT_STATUSES =
      Setting.of(
          "gateway.input.retry-statuses",
          SettingTypes.statuses(),
          "408,425,429,500,502-504",
          "The answers of its server after which fetching an input file is tried again.");
  public static final Setting<Duration> INPUT_TIMEOUT =
      Setting.of(
          "gateway.input.timeout-ms",
          SettingTypes.milliseconds(),
          "60000",
          "How long fetching one input file may take, with all its tries.");
  public static final Setting<RetryDelays> CALLBACK_DELAYS =
      Setting.of(
          "gateway.callback.delays",
          SettingTypes.delays(),
          "0s,5s,30s,2m,10m,30m,2h,5h,10h",
          "How long to wait before each try of a callback, a copy or an event; after the last one it"
              + " is a dead letter.");

  public static final Setting<StatusList> CALLBACK_STATUSES =
      Setting.of(
          "gateway.callback.retry-statuses",
          SettingTypes.statuses(),
          "408,409,425,429,500-599",
          "The answers of a receiver after which a callback is tried again; after any other than 2xx"
              + " it is a dead letter at once. A 404, which n8n answers while it starts, is tried"
              + " again for 10 minutes in any case.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Retries",
          "What decides whether and when something is tried again.",
          List.of(
              RUN_ATTEMPTS,
              GIVE_UP,
              ERROR_PATTERN,
              PROBE_INTERVAL,
              PROBE_FAILURES,
              LONGEST_PROBE_INTERVAL,
              FAILED_PROMPTS,
              REST,
              LONGEST_REST,
              INPUT_DELAYS,
              INPUT_STATUSES,
              INPUT_TIMEOUT,
              CALLBACK_DELAYS,
              CALLBACK_STATUSES));

  private RetrySettings() {}
}
