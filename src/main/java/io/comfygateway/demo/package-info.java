/**
 * The demo: a gateway with everything around it that a caller would have — a ComfyUI, a receiver of
 * callbacks, an S3 server — in one process, on free loopback ports. It stands beside the root
 * package: it may know every other package, and only the command line knows it.
 */
package io.comfygateway.demo;
