/**
 * The demo: a gateway with a simulated ComfyUI, a receiver of callbacks and an S3 server in one
 * process, on free loopback ports. It is not part of the service; the command line finds {@link
 * DemoCommand} if its jar is on the class path.
 */
@NullMarked
package io.comfygateway.demo;

import org.jspecify.annotations.NullMarked;
