package io.comfygateway.settings;

import java.time.Duration;
import java.util.List;

/** The settings of how the stages of a job work. */
public final class StageSettings {
  public static final Setting<Duration> DISPATCH_INTERVAL =
      Setting.of(
          "gateway.dispatch.interval-ms",
          SettingTypes.milliseconds(),
          "1000",
          "How often the gateway looks for jobs to dispatch and for inputs to fetch, besides being"
              + " woken.");
  public static final Setting<Duration> DELIVER_INTERVAL =
      Setting.of(
          "gateway.deliver.interval-ms",
          SettingTypes.milliseconds(),
          "500",
          "How often the gateway looks for deliveries that are due.");
  public static final Setting<Duration> RECOVER_INTERVAL =
      Setting.of(
          "gateway.recover.interval-ms",
          SettingTypes.milliseconds(),
          "1000",
          "How often the gateway renews its leases and looks for jobs whose lease has expired.");
  public static final Setting<Duration> LEASE =
      Setting.of(
          "gateway.lease-seconds",
          SettingTypes.seconds(2, 3_600),
          "30",
          "How long a job or a delivery belongs to a gateway that is silent; then another one takes it"
              + " over. It must be several times gateway.recover.interval-ms.");
  public static final Setting<Duration> STOP_LIMIT =
      Setting.of(
          "gateway.stop.limit-seconds",
          SettingTypes.seconds(1, 3_600),
          "30",
          "How long a stop (SIGTERM) waits for requests and transfers in progress; the rest is handed"
              + " over to another gateway or to the next start.");
  public static final Setting<Duration> CUSTOM_LIMIT =
      Setting.of(
          "gateway.custom.max-seconds",
          SettingTypes.seconds(1, 600),
          "10",
          "How long a custom route may take for one job: custom-request and custom-graph, then the"
              + " request is answered with 503; custom-output, then it is called again;"
              + " custom-result, then the job ends without it.");
  public static final Setting<Integer> RUN_CONSUMERS =
      Setting.of(
          "gateway.run.consumers",
          SettingTypes.count(1, 1_000),
          "8",
          "How many prompts are sent, and how many answers are read, at a time.");
  public static final Setting<Integer> COLLECT_CONSUMERS =
      Setting.of(
          "gateway.collect.consumers",
          SettingTypes.count(1, 1_000),
          "4",
          "For how many jobs outputs are collected at a time.");
  public static final Setting<Integer> DELIVER_CONSUMERS =
      Setting.of(
          "gateway.deliver.consumers",
          SettingTypes.count(1, 1_000),
          "32",
          "How many deliveries are tried at a time.");
  public static final Setting<Integer> DELIVER_PER_CALLER =
      Setting.of(
          "gateway.deliver.per-caller",
          SettingTypes.count(0, 1_000),
          "0",
          "How many of these may be one caller's, so that its receivers delay nobody else's. 0: half"
              + " of them.");
  public static final Setting<List<String>> WEBSOCKET_NODES =
      Setting.of(
          "gateway.outputs.websocket-nodes",
          SettingTypes.list("comma-separated node classes"),
          "SaveImageWebsocket,ETN_SendImageWebSocket",
          "The node classes that send their pictures over ComfyUI's WebSocket and leave no file; the"
              + " gateway collects these pictures from there.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Stages",
          "How the stages of a job work; the defaults suit nearly everybody.",
          List.of(
              DISPATCH_INTERVAL,
              DELIVER_INTERVAL,
              RECOVER_INTERVAL,
              LEASE,
              STOP_LIMIT,
              CUSTOM_LIMIT,
              RUN_CONSUMERS,
              COLLECT_CONSUMERS,
              DELIVER_CONSUMERS,
              DELIVER_PER_CALLER,
              WEBSOCKET_NODES));

  private StageSettings() {}
}
