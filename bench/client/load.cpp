// A client that takes little of the machine that it shares with the server: one thread, requests rendered beforehand.
//
//   load HOST PORT REQUESTS closed CONCURRENCY SECONDS WARMUP
//   load HOST PORT REQUESTS open RATE SECONDS WARMUP SEED CONNECTIONS [poisson|constant]
//
// REQUESTS is a file of complete HTTP requests, each after its length (32 bits, little-endian), sent in turn. Closed: each of
// CONCURRENCY connections sends when it has its answer. Open: RATE requests a second are due, whatever becomes of them, and
// latency counts from when each was due, so that waiting for one of the CONNECTIONS counts too. What is due, or in the closed
// loop answered, within the first WARMUP seconds is not counted. Prints one line of JSON (report.h).

#include <sys/timerfd.h>
#include <time.h>

#include <cstdint>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>

#include "connection.h"
#include "report.h"

namespace {

constexpr double DRAIN_SECONDS = 20;
constexpr long MAX_ERRORS = 200;

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

struct Requests {
  std::string bytes;
  std::vector<std::string_view> list;

  explicit Requests(const char *file) {
    std::ifstream stream(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
    for (size_t at = 0; at + 4 <= bytes.size();) {
      uint32_t length;
      std::memcpy(&length, bytes.data() + at, 4);
      list.push_back(std::string_view(bytes).substr(at + 4, length));
      at += 4 + length;
    }
    if (list.empty()) throw std::runtime_error(std::string("No requests in ") + file);
  }
};

class Load {
 public:
  Load(const sockaddr_in &address, const Requests &requests, double seconds, double warmup)
      : address_(address), requests_(requests), begin_(now() + warmup), end_(begin_ + seconds), report_(begin_, end_) {}

  void closed(int concurrency) {
    isClosed_ = true;
    for (int count = 0; count < concurrency; count++) send(add(), now());
    while (now() < end_) {
      // Of a server that drops a connection, the request after.
      for (auto &connection : connections_)
        if (!connection->busy()) send(*connection, now());
      wait(end_);
    }
    finish();
  }

  void open(double rate, unsigned seed, size_t most, bool constant) {
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> gap(rate);
    double due = now();
    for (;;) {
      for (; due <= now() && due < end_; due += constant ? 1 / rate : gap(random)) {
        waiting_.push_back(due);
        if (due >= begin_) unfinished_++;
      }
      dispatch(most);
      const bool over = due >= end_;
      if (over && (unfinished_ == 0 || now() > end_ + DRAIN_SECONDS)) break;
      wait(over ? end_ + DRAIN_SECONDS : due);
    }
    report_.unanswered = unfinished_;
    finish();
  }

 private:
  sockaddr_in address_;
  const Requests &requests_;
  const double begin_, end_;
  bool isClosed_ = false;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int timer_ = watchedTimer();
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection *> idle_;
  std::deque<double> waiting_;
  long unfinished_ = 0;  // due in the time that counts and not answered, in the open loop
  size_t next_ = 0;
  Report report_;

  int watchedTimer() const {
    const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    epoll_event event{EPOLLIN, {nullptr}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, timer, &event);
    return timer;
  }

  Connection &add() {
    connections_.push_back(std::make_unique<Connection>(epoll_, address_));
    return *connections_.back();
  }

  void dispatch(size_t most) {
    while (!waiting_.empty()) {
      if (idle_.empty() && connections_.size() < most) idle_.push_back(&add());
      if (idle_.empty()) return;
      Connection &connection = *idle_.back();
      idle_.pop_back();
      send(connection, waiting_.front());
      waiting_.pop_front();
    }
  }

  void send(Connection &connection, double intended) {
    connection.index = next_++ % requests_.list.size();
    connection.intended = intended;
    settle(connection, connection.send(requests_.list[connection.index]));
  }

  // Until something happened, or until then.
  void wait(double until) {
    const double whole = static_cast<double>(static_cast<time_t>(until));
    itimerspec time{{}, {static_cast<time_t>(whole), static_cast<long>((until - whole) * 1e9)}};
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &time, nullptr);
    epoll_event events[64];
    const int count = epoll_wait(epoll_, events, 64, -1);
    for (int at = 0; at < count; at++) {
      auto *connection = static_cast<Connection *>(events[at].data.ptr);
      if (connection == nullptr) {
        uint64_t expirations;
        if (::read(timer_, &expirations, sizeof expirations) < 0) continue;
      } else if (const bool was = connection->busy()) {
        settle(*connection, connection->handle(events[at].events), was);
      } else {
        connection->handle(events[at].events);
      }
    }
  }

  void settle(Connection &connection, Connection::Outcome outcome, bool mayGoOn = false) {
    if (outcome == Connection::Outcome::pending) return;
    const double at = now();
    // In the closed loop what counts is when the answer came, in the open loop when the request was due.
    const double placed = isClosed_ ? at : connection.intended;
    const bool counts = placed >= begin_ && placed < end_;
    if (counts && !isClosed_) unfinished_--;
    if (outcome == Connection::Outcome::failed) {
      report_.errors++;
      if (report_.errors > MAX_ERRORS && !report_.anyGood()) throw std::runtime_error("Too many requests got no answer.");
    } else {
      const int status = connection.response().status();
      if (status == 200) {
        report_.good(at);
        report_.sample(connection.index, connection.response().body());
      }
      if (counts) report_.answered(status, at - connection.intended);
    }
    if (!isClosed_) idle_.push_back(&connection);
    else if (mayGoOn && outcome == Connection::Outcome::answered && at < end_) send(connection, at);
  }

  void finish() {
    for (const auto &connection : connections_) {
      report_.opened += connection->opened();
      report_.retries += connection->retries();
    }
    report_.print();
  }
};

int run(int count, char **values) {
  if (count < 8) throw std::runtime_error("Expected HOST PORT REQUESTS MODE and what the mode takes; see load.cpp.");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(values[2])));
  if (inet_pton(AF_INET, values[1], &address.sin_addr) != 1) throw std::runtime_error("Expected an IPv4 address for HOST.");
  const Requests requests(values[3]);
  Load load(address, requests, std::atof(values[6]), std::atof(values[7]));
  if (std::string_view(values[4]) == "closed") {
    load.closed(std::atoi(values[5]));
  } else {
    if (count < 10) throw std::runtime_error("Expected SEED and CONNECTIONS for an open loop.");
    const bool constant = count > 10 && std::string_view(values[10]) == "constant";
    load.open(std::atof(values[5]), static_cast<unsigned>(std::atoi(values[8])), static_cast<size_t>(std::atoi(values[9])), constant);
  }
  return 0;
}

}  // namespace

int main(int count, char **values) {
  try {
    return run(count, values);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
