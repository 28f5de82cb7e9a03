// One connection, which carries one request at a time and is opened anew when the server closed it.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "http_response.h"

class Connection {
 public:
  // `answered`: `response()` is whole. `failed`: there will be no answer. After either the connection is free.
  enum class Outcome { pending, answered, failed };

  Connection(int epoll, const sockaddr_in &address) : epoll_(epoll), address_(address) {}
  ~Connection() { close(); }
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  // `request` must outlive the answer.
  Outcome send(std::string_view request) {
    request_ = request;
    sent_ = 0;
    retried_ = false;
    response_.reset();
    busy_ = true;
    fresh_ = socket_ < 0;
    if (socket_ < 0 && !open()) return finish(Outcome::failed);
    return write();
  }

  // What epoll told about this connection.
  Outcome handle(uint32_t events) {
    if (!busy_) {  // the server closed an idle connection
      close();
      return Outcome::pending;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
      const Outcome outcome = read();
      if (outcome != Outcome::pending || socket_ < 0) return outcome;
    }
    return events & EPOLLOUT ? write() : Outcome::pending;
  }

  const HttpResponse &response() const { return response_; }
  bool busy() const { return busy_; }
  long opened() const { return opened_; }
  long retries() const { return retries_; }

  // Of the request in flight, for who drives the connections.
  size_t index = 0;
  double intended = 0;

 private:
  int epoll_;
  sockaddr_in address_;
  int socket_ = -1;
  std::string_view request_;
  size_t sent_ = 0;
  bool busy_ = false;
  bool fresh_ = false;
  bool retried_ = false;
  bool wantsWrite_ = false;
  long opened_ = 0;
  long retries_ = 0;
  HttpResponse response_;

  bool open() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) throw std::runtime_error(std::string("No socket: ") + strerror(errno));
    const int one = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    opened_++;
    if (connect(socket_, reinterpret_cast<const sockaddr *>(&address_), sizeof address_) != 0 && errno != EINPROGRESS) {
      close();
      return false;
    }
    wantsWrite_ = false;
    epoll_event event{EPOLLIN, {this}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
    return true;
  }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  Outcome finish(Outcome outcome) {
    busy_ = false;
    // An answer that came before the whole request was sent leaves the rest of it behind.
    if (outcome == Outcome::failed || response_.closes() || sent_ < request_.size()) close();
    else watchWrite(false);
    return outcome;
  }

  // A server may close an idle connection just when a request is sent on it: that request is sent once more.
  Outcome failOrRetry() {
    const bool again = !fresh_ && !retried_ && !response_.begun();
    close();
    if (!again) return finish(Outcome::failed);
    retried_ = fresh_ = true;
    retries_++;
    sent_ = 0;
    return open() ? write() : finish(Outcome::failed);
  }

  Outcome write() {
    while (sent_ < request_.size()) {
      const ssize_t count = ::send(socket_, request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
      if (count >= 0) {
        sent_ += static_cast<size_t>(count);
      } else if (errno == EAGAIN || errno == ENOTCONN) {
        watchWrite(true);
        return Outcome::pending;
      } else if (errno == EPIPE || errno == ECONNRESET) {
        // It may have answered before it closed.
        watchWrite(false);
        return read();
      } else {
        return failOrRetry();
      }
    }
    watchWrite(false);
    return Outcome::pending;
  }

  Outcome read() {
    static char buffer[65536];
    for (;;) {
      const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
      if (count < 0 && errno == EAGAIN) return Outcome::pending;
      const bool ended = count <= 0;
      const auto state = ended ? response_.end() : response_.append(buffer, static_cast<size_t>(count));
      if (state == HttpResponse::State::complete) return finish(Outcome::answered);
      if (state == HttpResponse::State::broken) return finish(Outcome::failed);
      if (ended) return failOrRetry();
    }
  }

  void watchWrite(bool wanted) {
    if (wanted == wantsWrite_ || socket_ < 0) return;
    wantsWrite_ = wanted;
    epoll_event event{EPOLLIN | (wanted ? EPOLLOUT : 0u), {this}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, socket_, &event);
  }
};
