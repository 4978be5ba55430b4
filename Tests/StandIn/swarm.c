// Many WebSocket clients in one process. swarm HOST PORT PATH COUNT MODE SECONDS [WINDOW]
// MODE: served  connect all at once, ask for status, count when the status frame came; ends when all are served or time is up
//       idle    handshake, then read and drop; stays SECONDS
//       noread  handshake, then never read (SO_RCVBUF small); stays SECONDS, then drains and reports close codes
//       nopong  handshake, reads, never answers a ping
// prints one JSON line.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <sys/resource.h>
static double now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+t.tv_nsec/1e9;}
enum{CONNECTING,HEAD,OPEN,DEAD};
struct c{int fd,st;unsigned char buf[4096];int n;int served;int code;double t0,t1;unsigned long long skip;long frames;int msgs;};
static struct c*cs;static int ep,N,open_=0,served=0,dead=0,refused=0,failed=0;static const char*path,*host;static int port;static char mode;static long frames=0;static int codes[6000];static int rst=0,timedout=0;
static double lastserved=0,start;static int histlast=0;static double lat[200000];
static void die(struct c*c,int why){if(c->st==DEAD)return;if(c->st==OPEN)open_--;c->st=DEAD;close(c->fd);dead++;if(why)codes[why]++;}
static void ask(struct c*c){unsigned char f[64];const char*s="{\"type\":\"status\"}";int l=strlen(s);f[0]=0x81;f[1]=0x80|l;memset(f+2,0,4);memcpy(f+6,s,l);if(write(c->fd,f,6+l)<0){}}
static int begin(struct c*c,int i){
  c->fd=socket(AF_INET,SOCK_STREAM|SOCK_NONBLOCK,0);if(c->fd<0){failed++;return -1;}
  if(mode=='n'){int b=2048;setsockopt(c->fd,SOL_SOCKET,SO_RCVBUF,&b,sizeof b);}
  struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(port)};inet_pton(AF_INET,host,&a.sin_addr);
  struct sockaddr_in l={.sin_family=AF_INET};char ip[32];snprintf(ip,32,"127.0.0.%d",2+i/5000);inet_pton(AF_INET,ip,&l.sin_addr);
  int one=1;setsockopt(c->fd,IPPROTO_IP,IP_BIND_ADDRESS_NO_PORT,&one,sizeof one);bind(c->fd,(void*)&l,sizeof l);
  c->st=CONNECTING;c->t0=now();
  if(connect(c->fd,(void*)&a,sizeof a)<0&&errno!=EINPROGRESS){failed++;c->st=DEAD;dead++;close(c->fd);return -1;}
  struct epoll_event e={.events=EPOLLIN|EPOLLOUT,.data.u32=i};epoll_ctl(ep,EPOLL_CTL_ADD,c->fd,&e);return 0;}
static void want(struct c*c,int i,int ev){struct epoll_event e={.events=ev,.data.u32=i};epoll_ctl(ep,EPOLL_CTL_MOD,c->fd,&e);}
static void parse(struct c*c){
  for(;;){
    int p=0;
    if(c->skip){unsigned long long k=c->skip<(unsigned)c->n?c->skip:(unsigned)c->n;memmove(c->buf,c->buf+k,c->n-k);c->n-=k;c->skip-=k;if(c->skip)return;continue;}
    if(c->n<2)return;int op=c->buf[0]&15;unsigned long long l=c->buf[1]&127;p=2;
    if(l==126){if(c->n<4)return;l=c->buf[2]<<8|c->buf[3];p=4;}
    else if(l==127){if(c->n<10)return;l=0;for(int i=2;i<10;i++)l=l<<8|c->buf[i];p=10;}
    if(op==8){if(c->n<p+(int)l)return;int code=l>=2?c->buf[p]<<8|c->buf[p+1]:1005;die(c,code);return;}
    if(op==9&&mode!='p'){if(c->n<p+(int)l)return;unsigned char f[140];f[0]=0x8a;f[1]=0x80|l;memset(f+2,0,4);memcpy(f+6,c->buf+p,l);if(write(c->fd,f,6+l)<0){}}
    if(op==1){c->frames++;frames++;
      int have=c->n-p<(int)l?c->n-p:(int)l;
      if(!c->served&&have>=16){char t[65];int k=have<64?have:64;memcpy(t,c->buf+p,k);t[k]=0;
        if(mode=='s'&&memmem(c->buf+p,have,"\"type\":\"status\"",15)){c->served=1;served++;lastserved=now();c->t1=lastserved;lat[served-1]=c->t1-start;}
        else c->msgs++;}
    }
    unsigned long long tot=p+l;if(tot<=(unsigned)c->n){memmove(c->buf,c->buf+tot,c->n-tot);c->n-=tot;}else{c->skip=tot-c->n;c->n=0;}
  }}
static int cmp(const void*a,const void*b){double x=*(double*)a,y=*(double*)b;return x<y?-1:x>y;}
int main(int ac,char**av){
  if(ac<7)return 2;host=av[1];port=atoi(av[2]);path=av[3];N=atoi(av[4]);mode=av[5][0]=='n'?(av[5][2]=='p'?'p':'n'):av[5][0];double secs=atof(av[6]);double window=ac>7?atof(av[7]):0;
  struct rlimit rl={200000,200000};setrlimit(RLIMIT_NOFILE,&rl);
  cs=calloc(N,sizeof*cs);ep=epoll_create1(0);start=now();int begun=0;struct epoll_event ev[512];
  double allopen=0;int drained=0;
  while(now()-start<secs){
    int due=window>0?(int)((now()-start)/window*N):N;if(due>N)due=N;
    for(int k=0;begun<due&&k<400;k++,begun++)begin(&cs[begun],begun);
    int n=epoll_wait(ep,ev,512,begun<N?1:50);
    for(int i=0;i<n;i++){struct c*c=&cs[ev[i].data.u32];int id=ev[i].data.u32;if(c->st==DEAD)continue;
      if(c->st==CONNECTING){int er=0;socklen_t l=sizeof er;getsockopt(c->fd,SOL_SOCKET,SO_ERROR,&er,&l);if(er){failed++;die(c,0);continue;}
        if(ev[i].events&EPOLLOUT){char b[3000];int k=snprintf(b,sizeof b,"GET %s HTTP/1.1\r\nHost: x:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",path,port);
          if(write(c->fd,b,k)!=k){failed++;die(c,0);continue;}c->st=HEAD;want(c,id,EPOLLIN);}continue;}
      if(!(ev[i].events&(EPOLLIN|EPOLLHUP|EPOLLERR)))continue;
      for(int rounds=0;rounds<8;rounds++){
      int room=sizeof c->buf-c->n;
      ssize_t k=read(c->fd,c->buf+c->n,room);
      if(k==0||(k<0&&errno!=EAGAIN)){if(k<0)rst++;if(c->st==HEAD)refused++;die(c,1006);break;}
      if(k<0)break;c->n+=k;
      if(c->st==HEAD){unsigned char*e=memmem(c->buf,c->n,"\r\n\r\n",4);if(!e)break;
        if(memcmp(c->buf,"HTTP/1.1 101",12)){refused++;die(c,0);break;}
        int h=e+4-c->buf;memmove(c->buf,c->buf+h,c->n-h);c->n-=h;c->st=OPEN;open_++;if(open_==N)allopen=now()-start;
        if(mode=='s')ask(c);
        if(mode=='n'){want(c,id,0);break;}}
      parse(c);if(c->st==DEAD)break;
      if(k<room)break;}
    }
    if(mode=='s'&&served+dead>=N)break;
    if(mode=='i'&&dead>=N)break;
  }
  int stayed=open_;
  if(mode=='n'){ // drain what is there and see how each was ended
    for(int i=0;i<N;i++)if(cs[i].st==OPEN)want(&cs[i],i,EPOLLIN);
    double t=now();while(now()-t<6&&open_>0){int n=epoll_wait(ep,ev,512,50);for(int i=0;i<n;i++){struct c*c=&cs[ev[i].data.u32];if(c->st!=OPEN)continue;
      ssize_t k=read(c->fd,c->buf+c->n,sizeof c->buf-c->n);if(k==0||(k<0&&errno!=EAGAIN)){if(k<0)rst++;die(c,1006);continue;}if(k<0)continue;c->n+=k;parse(c);}}
  }
  qsort(lat,served,sizeof(double),cmp);
  printf("{\"opened\":%d,\"served\":%d,\"dead\":%d,\"refused\":%d,\"failed\":%d,\"frames\":%ld,\"all_open_s\":%.3f,\"last_served_s\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"still_open\":%d,\"rst\":%d,\"codes\":{",stayed+dead-failed-refused,served,dead,refused,failed,frames,allopen,lastserved?lastserved-start:0,served?lat[served/2]:0,served?lat[served*99/100]:0,open_,rst);
  int f=1;for(int i=0;i<6000;i++)if(codes[i]){printf("%s\"%d\":%d",f?"":",",i,codes[i]);f=0;}
  printf("}}\n");return 0;}
