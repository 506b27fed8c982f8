/** The HTTP contract: requests in, jobs and problems out. */
package io.comfygateway.web;
