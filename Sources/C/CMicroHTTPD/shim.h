// What Swift cannot import from this library directly is wrapped here, one line a function.
#pragma once
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <microhttpd.h>
