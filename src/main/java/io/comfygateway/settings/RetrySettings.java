package io.comfygateway.settings;

import com.google.re2j.Pattern;
import io.comfygateway.retry.RetryDelays;
import io.comfygateway.retry.StatusList;
import io.comfygateway.retry.StatusPeriods;
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
  public static final Setting<StatusList> RUN_STATUSES =
      Setting.of(
          "gateway.run.retry-statuses",
          SettingTypes.statuses(),
          "300-499,503",
          "The answers of a server to POST /prompt after which it has not taken a prompt, and"
              + " another attempt follows; used in routes/run.camel.yaml. After 400, 413 and 422 the"
              + " job fails, and after any other the prompt is looked up before it is sent again.");
  public static final Setting<RetryDelays> REJECTED_DELAYS =
      Setting.of(
          "gateway.run.rejected-delays",
          SettingTypes.delays(),
          "1s,2s,4s,8s,16s,30s",
          "How long a prompt that a server did not take waits before each further attempt,"
              + " where the server does not say; the last delay is repeated.");
  public static final Setting<Duration> RUN_LONGEST_RETRY_AFTER =
      Setting.of(
          "gateway.run.longest-retry-after-seconds",
          SettingTypes.seconds(0, 31_536_000),
          "3600",
          "The longest Retry-After of a server in front of ComfyUI that counts as it is; a"
              + " longer one counts as this.");
  public static final Setting<Duration> NO_CONNECTION_PAUSE =
      Setting.of(
          "gateway.run.no-connection-pause-ms",
          SettingTypes.milliseconds(),
          "1000",
          "How long a job waits that was given back because its server accepted no connection.");
  public static final Setting<Duration> STOP_INTERVAL =
      Setting.of(
          "gateway.run.stop-interval-ms",
          SettingTypes.milliseconds(),
          "3000",
          "How often the gateway repeats the request to stop a prompt that was cancelled or has"
              + " run for too long, for as long as the server has it.");
  public static final Setting<Duration> ABANDONED_STOP_INTERVAL =
      Setting.of(
          "gateway.run.abandoned-stop-interval-ms",
          SettingTypes.milliseconds(),
          "10000",
          "How often the gateway repeats that request for a prompt that a server still had when"
              + " it came back, and that is no longer waited for.");
  public static final Setting<Duration> RECOVER_PAUSE =
      Setting.of(
          "gateway.recover.pause-ms",
          SettingTypes.milliseconds(),
          "3000",
          "How long a job rests before a stage that failed is tried again (run, collect, and"
              + " fetching its inputs after a failure of the gateway itself).");
  public static final Setting<Integer> RECOVER_FAILURES =
      Setting.of(
          "gateway.recover.failures",
          SettingTypes.count(1, 1_000_000),
          "10",
          "After how many failures of its stages a job fails with gateway_error. A server,"
              + " database, disk or service that cannot be reached is waited for and does not count.");
  public static final Setting<StatusList> CUSTOM_STATUSES =
      Setting.of(
          "gateway.custom.retry-statuses",
          SettingTypes.statuses(),
          "429,502-504",
          "The answers of a service that custom-output calls after which the job waits for it,"
              + " like after no answer; any other answer of an error counts as a failure.");
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
  public static final Setting<Duration> OBJECT_INFO_RETRY =
      Setting.of(
          "gateway.backends.object-info-retry-seconds",
          SettingTypes.seconds(1, 1_000_000),
          "30",
          "How long the gateway waits after a failed GET /object_info before it asks that"
              + " server again.");
  public static final Setting<Duration> PROGRESS_RETRY =
      Setting.of(
          "gateway.progress.retry-seconds",
          SettingTypes.seconds(1, 1_000_000),
          "60",
          "How long after a WebSocket handshake that a server did not answer the next one is"
              + " tried; after other failures, at the next probe.");
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
  public static final Setting<Duration> INPUT_LONGEST_RETRY_AFTER =
      Setting.of(
          "gateway.input.longest-retry-after-seconds",
          SettingTypes.seconds(0, 31_536_000),
          "86400",
          "The longest Retry-After of the server of an input file that counts as it is. The"
              + " fetch fails where it asks to wait beyond gateway.input.timeout-ms.");
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
          "The answers of a receiver or a destination after which a callback, a copy or an event is"
              + " tried again; after any other than 2xx it is a dead letter at once.");
  public static final Setting<StatusPeriods> CALLBACK_EARLY =
      Setting.of(
          "gateway.callback.early-statuses",
          SettingTypes.statusPeriods(),
          "404:10m,409:10m,500:1m",
          "Answers of a receiver that may not be ready yet, each with the time from the first"
              + " try in which it is tried again after gateway.callback.early-delays; then"
              + " gateway.callback.retry-statuses decides. n8n answers 404 while it starts, and 409"
              + " or 500 until the run has reached its wait node.");
  public static final Setting<RetryDelays> CALLBACK_EARLY_DELAYS =
      Setting.of(
          "gateway.callback.early-delays",
          SettingTypes.delays(),
          "1s,2s,3s,5s,5s,10s,15s,30s",
          "How long to wait before each of these early tries; the last delay is repeated.");
  public static final Setting<Duration> CALLBACK_LONGEST_RETRY_AFTER =
      Setting.of(
          "gateway.callback.longest-retry-after-seconds",
          SettingTypes.seconds(0, 31_536_000),
          "86400",
          "The longest Retry-After of a receiver that counts as it is; a longer one counts as"
              + " this. A Retry-After only makes a delay longer.");
  public static final Setting<Integer> CALLBACK_JITTER =
      Setting.of(
          "gateway.callback.jitter-percent",
          SettingTypes.count(0, 100),
          "10",
          "The part of each delay that is added to it at random at most, so that deliveries"
              + " that failed together are not tried again together.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Retries",
          "What decides whether and when something is tried again.",
          List.of(
              RUN_ATTEMPTS,
              RUN_STATUSES,
              REJECTED_DELAYS,
              RUN_LONGEST_RETRY_AFTER,
              NO_CONNECTION_PAUSE,
              STOP_INTERVAL,
              ABANDONED_STOP_INTERVAL,
              RECOVER_PAUSE,
              RECOVER_FAILURES,
              CUSTOM_STATUSES,
              GIVE_UP,
              ERROR_PATTERN,
              PROBE_INTERVAL,
              PROBE_FAILURES,
              LONGEST_PROBE_INTERVAL,
              FAILED_PROMPTS,
              REST,
              LONGEST_REST,
              OBJECT_INFO_RETRY,
              PROGRESS_RETRY,
              INPUT_DELAYS,
              INPUT_STATUSES,
              INPUT_LONGEST_RETRY_AFTER,
              INPUT_TIMEOUT,
              CALLBACK_DELAYS,
              CALLBACK_STATUSES,
              CALLBACK_EARLY,
              CALLBACK_EARLY_DELAYS,
              CALLBACK_LONGEST_RETRY_AFTER,
              CALLBACK_JITTER));

  private RetrySettings() {}
}
