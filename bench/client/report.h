// What was measured, and how it is printed: one line of JSON.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

class Report {
 public:
  // Of how many requests, from the first of the file on, an answer is kept to be looked at.
  static constexpr size_t SAMPLED = 8;

  // The time that counts.
  Report(double begin, double end) : begin_(begin), end_(end) {}

  // Of a request whose latency counts, in seconds.
  void answered(int status, double latency) {
    statuses_[status]++;
    if (status == 200) good_.push_back(latency);
    if (status == 503) refused_.push_back(latency);
  }

  // Of every answer of 200: when it came.
  void good(double at) {
    okInAll_++;
    if (at < begin_) lastBefore_ = at;
    else if (at < end_) lastWithin_ = at, goodWithin_++;
  }

  bool anyGood() const { return okInAll_ > 0; }

  void sample(size_t request, const std::string &body) {
    if (request < SAMPLED) samples_.try_emplace(request, body);
  }

  void print() {
    std::printf("{\"seconds\":%.3f,\"throughput\":%.3f,\"statuses\":{", end_ - begin_, throughput());
    const char *comma = "";
    for (const auto &[status, count] : statuses_) {
      std::printf("%s\"%d\":%ld", comma, status, count);
      comma = ",";
    }
    std::printf("},\"ok\":");
    printLatencies(good_);
    std::printf(",\"refused\":");
    printLatencies(refused_);
    std::printf(
        ",\"okInAll\":%ld,\"errors\":%ld,\"unanswered\":%ld,\"opened\":%ld,\"retries\":%ld,\"cpuSeconds\":%.3f,\"samples\":[",
        okInAll_, errors, unanswered, opened, retries, processorSeconds() - processorAtStart_);
    comma = "";
    for (const auto &[request, body] : samples_) {
      std::printf("%s{\"request\":%zu,\"body\":\"%s\"}", comma, request, escaped(body).c_str());
      comma = ",";
    }
    std::printf("]}\n");
  }

  long errors = 0;      // requests that got no answer of HTTP
  long unanswered = 0;  // requests that were still without one when the wait for them ended
  long opened = 0;      // connections
  long retries = 0;

 private:
  // Reading the requests from their file does not count.
  const double processorAtStart_ = processorSeconds();
  std::map<int, long> statuses_;
  std::vector<double> good_, refused_;
  const double begin_, end_;
  double lastBefore_ = 0, lastWithin_ = 0;
  long goodWithin_ = 0;
  long okInAll_ = 0;  // those of the warm-up included
  std::map<size_t, std::string> samples_;

  // Answers of a batch come together, so that it would matter whether the last few came just before the end or just after it: what is
  // divided by is the time between two answers, the last before the time that counts and the last in it.
  double throughput() const {
    return goodWithin_ == 0 ? 0 : goodWithin_ / (lastWithin_ - (lastBefore_ == 0 ? begin_ : lastBefore_));
  }

  static double processorSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) { return time.tv_sec + time.tv_usec / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  // In milliseconds.
  static void printLatencies(std::vector<double> &list) {
    if (list.empty()) {
      std::printf("null");
      return;
    }
    std::sort(list.begin(), list.end());
    const auto at = [&](double share) { return 1000 * list[std::min(list.size() - 1, static_cast<size_t>(share * list.size()))]; };
    double sum = 0;
    for (const double latency : list) sum += latency;
    std::printf("{\"count\":%zu,\"mean\":%.3f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", list.size(),
                1000 * sum / list.size(), at(0.5), at(0.9), at(0.99), 1000 * list.back());
  }

  static std::string escaped(const std::string &text) {
    std::string out;
    for (const unsigned char c : text) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      if (c < 0x20 || c == '"' || c == '\\') out += code;
      else out += static_cast<char>(c);
    }
    return out;
  }
};
